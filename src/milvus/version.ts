/** A Milvus version, for example 2.4.15 or 2.6.0-rc1. */
export interface MilvusVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** What follows the hyphen: `rc1`, `gpu`, `20240101-abcdef`. */
  readonly suffix?: string;
}

/** The three numbers of a version, the part that decides how Milvus behaves. */
export type Release = readonly [major: number, minor: number, patch: number];

const number = '(0|[1-9][0-9]{0,5})';
const full = new RegExp(`^v?${number}\\.${number}\\.${number}(?:-([0-9A-Za-z_.-]+))?$`);
const tagOfImage = /^[^@]*:([^:/@]+)(?:@[^@]*)?$/;

/**
 * Reads a full version: three numbers, with or without a leading `v`, and what follows a hyphen.
 *
 * @returns undefined for anything else, such as `latest`, `2.4-latest`, `master-20240101-abcdef`
 */
export function parseVersion(text: string): MilvusVersion | undefined {
  const match = full.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, suffix] = match;
  const release = { major: Number(major), minor: Number(minor), patch: Number(patch) };
  return suffix === undefined ? release : { ...release, suffix };
}

/** A version as text, without a leading `v`: `2.4.15`, `2.6.0-rc1`. */
export function formatVersion({ major, minor, patch, suffix }: MilvusVersion): string {
  const release = `${major}.${minor}.${patch}`;
  return suffix === undefined ? release : `${release}-${suffix}`;
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
 * Orders versions by their three numbers: negative when `a` is older. The suffix does not count, because a release
 * candidate behaves as the release it leads to and `-gpu` is the same Milvus.
 */
export function compareVersions(a: MilvusVersion, b: MilvusVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** Whether a version is `release` or newer; the suffix does not count. */
export function isAtLeast(version: MilvusVersion, [major, minor, patch]: Release): boolean {
  return compareVersions(version, { major, minor, patch }) >= 0;
}
