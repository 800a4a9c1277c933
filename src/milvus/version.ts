/** A Milvus version, for example 2.4.15 or 2.6.0-rc1. */
export interface MilvusVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** What follows the hyphen: `rc1`, `gpu`, `20240101-abcdef`. */
  readonly suffix?: string;
  /** What follows the plus, as in `2.2.8-pre+dev`, which the 2.2.8 server of PyPI registers. No image tag has one. */
  readonly build?: string;
}

/** The three numbers of a version, the part that decides how Milvus behaves. */
export type Release = readonly [major: number, minor: number, patch: number];

const number = '(0|[1-9][0-9]{0,5})';
const full = new RegExp(`^v?${number}\\.${number}\\.${number}(?:-([0-9A-Za-z_.-]+))?(?:\\+([0-9A-Za-z_.-]+))?$`);
const tagOfImage = /^[^@]*:([^:/@]+)(?:@[^@]*)?$/;

/**
 * Reads a full version: three numbers, with or without a leading `v`, and what follows a hyphen or a plus.
 *
 * @returns undefined for anything else, such as `latest`, `2.4-latest`, `master-20240101-abcdef`
 */
export function parseVersion(text: string): MilvusVersion | undefined {
  const match = full.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, suffix, build] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    ...(suffix === undefined ? {} : { suffix }),
    ...(build === undefined ? {} : { build }),
  };
}

/** A version as text, without a leading `v`: `2.4.15`, `2.6.0-rc1`, `2.2.8-pre+dev`. */
export function formatVersion({ major, minor, patch, suffix, build }: MilvusVersion): string {
  const withSuffix = (text: string): string => (suffix === undefined ? text : `${text}-${suffix}`);
  const withBuild = (text: string): string => (build === undefined ? text : `${text}+${build}`);
  return withBuild(withSuffix(`${major}.${minor}.${patch}`));
}

/**
 * The Milvus version that the tag of an image names. Released images are tagged `v2.4.15`, with `-gpu` for the GPU build
 * and `-rc1` and the like before a release; nightly builds (`2.4-20240101-abcdef`, `master-...`), `latest` and
 * `2.4-latest` name no full version, nor does a digest without a tag. In `repository:tag@digest` the tag counts.
 *
 * @returns undefined when the tag names no full version
 */
export function versionOfImage(image: string): MilvusVersion | undefined {
  const tag = tagOfImage.exec(image)?.[1];
  return tag === undefined ? undefined : parseVersion(tag);
}

/**
 * Orders versions by their three numbers: negative when `a` is older. Suffix and build do not count, because a release
 * candidate behaves as the release it leads to and `-gpu` is the same Milvus.
 */
export function compareVersions(a: MilvusVersion, b: MilvusVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** Whether a version is `release` or newer; the suffix does not count. */
export function isAtLeast(version: MilvusVersion, [major, minor, patch]: Release): boolean {
  return compareVersions(version, { major, minor, patch }) >= 0;
}
