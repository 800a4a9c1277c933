import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import { annotations } from '../../api/names.ts';
import { reservedConfigKeys } from '../../milvus/config-keys.ts';
import { checkFeatures, checkVersion } from '../../milvus/version-rules.ts';
import { has, releases } from '../../milvus/releases.ts';
import { formatVersion, isAtLeast, parseVersion, versionOfImage, type MilvusVersion } from '../../milvus/version.ts';
import type { SpecProblem } from '../facts.ts';
import type { WorkloadContainer } from '../workload-view.ts';

/** The Milvus version the pods run: `spec.version`, else the tag of the image, the pair's or that of the workload's container. */
export function versionOf({ spec }: CoordinatorPair, container?: WorkloadContainer): MilvusVersion | undefined {
  if (spec.version !== undefined) return parseVersion(spec.version);
  const image = spec.image ?? container?.image;
  return image === undefined ? undefined : versionOfImage(image);
}

/**
 * What the version rules say of a spec. The CRD's own rules refuse the same at the door; this finds what an older CRD
 * let in.
 */
export function specProblems(
  pair: CoordinatorPair,
  userConfig: unknown,
  container?: WorkloadContainer,
): readonly SpecProblem[] {
  const version = versionOf(pair, container);
  if (!version)
    return [
      {
        reason: 'VersionUnknown',
        message: `spec.version must be set: the tag of ${imageOf(pair)} (${pair.spec.image ?? container?.image ?? 'none'}) names no Milvus version; for example version: 2.4.15`,
      },
    ];
  const { role, etcd, config } = pair.spec;
  const problems = [
    checkVersion(role, version),
    checkFeatures(version, { etcdAuth: etcd.auth !== undefined, userConfig: config !== undefined }),
  ];
  return [...problems.flatMap((problem) => ruled(pair, problem)), ...reservedSettings(userConfig)];
}

/** A problem by a rule of releases, unless the pair's user says that this build does not keep to the rule. */
function ruled({ metadata }: CoordinatorPair, problem: SpecProblem | undefined): readonly SpecProblem[] {
  if (!problem) return [];
  const { reason, message } = problem;
  const ignored = (metadata.annotations?.[annotations.ignoreReleaseRules] ?? '').split(',').map((name) => name.trim());
  if (ignored.includes(reason)) return [];
  return [
    { reason, message: `${message}. A build that differs: annotation ${annotations.ignoreReleaseRules}=${reason}` },
  ];
}

/**
 * Milvus below the highest version that was ever ACTIVE under this path refuses to start (2.6.8 and newer,
 * milvus#46479): found before a pod is touched. Only major and minor count. A late 2.6 replaces a 3.0 (milvus#50792).
 */
export function downgradeProblem(
  pair: CoordinatorPair,
  version: MilvusVersion,
  watermark: string | undefined,
): readonly SpecProblem[] {
  const highest = watermark === undefined ? undefined : parseVersion(watermark);
  if (!highest || isAtLeast(version, [highest.major, highest.minor, 0]) || replaces(version, highest)) return [];
  const wanted = is30(highest)
    ? `Milvus 3.0 or newer, or 2.6 from ${releases.replaces30.since.join('.')} on`
    : `Milvus ${highest.major}.${highest.minor} or newer`;
  return ruled(pair, {
    reason: 'Downgrade',
    message: `${imageOf(pair)} must be ${wanted}, not ${formatVersion(version)}: Milvus ${formatVersion(highest)} has been ACTIVE under this path, and an older one refuses to start beside its data; no pod was touched`,
  });
}

const is30 = ({ major, minor }: MilvusVersion): boolean => major === 3 && minor === 0;

function replaces(version: MilvusVersion, highest: MilvusVersion): boolean {
  return is30(highest) && version.major === 2 && version.minor === 6 && has(version, 'replaces30');
}

/** Where the image of the pods is set. */
export function imageOf({ spec: { workloadRef } }: CoordinatorPair): string {
  return workloadRef ? `the image of ${workloadRef.kind} ${workloadRef.name}` : 'spec.image';
}

/** Settings in user.yaml that would break the pair, in whatever spelling: the CRD's rules see only the usual one. */
function reservedSettings(userConfig: unknown): readonly SpecProblem[] {
  if (typeof userConfig !== 'object' || userConfig === null) return [];
  const breaking = reservedConfigKeys(userConfig as Readonly<Record<string, unknown>>).filter(
    ({ kind }) => kind === 'breaks',
  );
  if (breaking.length === 0) return [];
  return [
    {
      reason: 'ReservedSetting',
      message: `spec.config must not set ${listed(breaking.map(({ name }) => name))}: the operator sets what a pair needs; remove them`,
    },
  ];
}

/** A condition has room for some. */
function listed(names: readonly string[]): string {
  const some = names.slice(0, 10).map((name) => name.slice(0, 100));
  return `${some.join(', ')}${names.length > some.length ? ` and ${names.length - some.length} more` : ''}`;
}
