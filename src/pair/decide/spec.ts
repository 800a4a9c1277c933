import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import { reservedConfigKeys } from '../../milvus/config-keys.ts';
import { checkFeatures, checkVersion } from '../../milvus/version-rules.ts';
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
  return [...problems.filter((problem) => problem !== undefined), ...reservedSettings(userConfig)];
}

/**
 * Milvus below the highest version that was ever ACTIVE under this path refuses to start (2.6.8 and newer,
 * milvus#46479): found before a pod is touched. Only major and minor count.
 */
export function downgradeProblem(
  version: MilvusVersion,
  watermark: string | undefined,
  image = 'spec.image',
): readonly SpecProblem[] {
  const highest = watermark === undefined ? undefined : parseVersion(watermark);
  if (!highest || isAtLeast(version, [highest.major, highest.minor, 0])) return [];
  return [
    {
      reason: 'Downgrade',
      message: `${image} must be Milvus ${highest.major}.${highest.minor} or newer, not ${formatVersion(version)}: Milvus ${formatVersion(highest)} has been ACTIVE under this path, and an older one refuses to start beside its data; no pod was touched`,
    },
  ];
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
