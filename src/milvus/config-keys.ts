import type { Role } from './roles.ts';
import { ROLES, roleFacts } from './roles.ts';

/**
 * A name in the form in which Milvus compares configuration keys and environment variables: lower case, without a
 * leading `milvus.` and without `/`, `_` and `.` (pkg/util/paramtable/base_table.go, unchanged from 2.2 to 2.6). The
 * prefix `MILVUS_CONF_` goes too (2.5). So ROOT_COORD_PORT, rootcoord.port and rootCoord/port are one setting.
 */
export function canonicalConfigKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/^milvus_conf_/, '')
    .replace(/^milvus\./, '')
    .replaceAll(/[/_.]/g, '');
}

/** Why a setting has no place in what users add. */
export type ReservedKind =
  /** It would break the pair. */
  | 'breaks'
  /** The pair sets it in the environment, which wins over every file: it would have no effect. */
  | 'overridden';

/** A setting that belongs to the operator. */
export interface ReservedKey {
  /** As the user wrote it; parts of a nested setting joined by a dot. */
  readonly name: string;
  readonly kind: ReservedKind;
}

const sections = ROLES.map((role: Role) => roleFacts[role].configSection);
const breaking = new Set(
  [...sections.map((section) => `${section}.ip`), 'milvusConf', 'etcd.kvSubPath'].map(canonicalConfigKey),
);
const overridden = new Set(
  [
    ...sections.flatMap((section) => [`${section}.enableActiveStandby`, `${section}.port`]),
    'etcd.endpoints',
    'etcd.rootPath',
    'etcd.metaSubPath',
    'common.session.ttl',
    'metricsPort',
  ].map(canonicalConfigKey),
);
const overriddenGroups = ['etcd.auth', 'etcd.ssl'].map(canonicalConfigKey);

function reservedKind(name: string): ReservedKind | undefined {
  const key = canonicalConfigKey(name);
  if (breaking.has(key)) return 'breaks';
  if (overridden.has(key) || overriddenGroups.some((group) => key.startsWith(group))) return 'overridden';
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The settings in a configuration, nested as in milvus.yaml or flat, that belong to the operator, in the order of the
 * file. Follows aliases as often as they stand there, so whoever parsed the file has bounded them. A fixed address of a
 * coordinator breaks a pair: a restarted ACTIVE would be found, as a standby, at the address under which its clients know
 * it (milvus#26219). So does another folder of configuration files: `spec.config` is mounted into the usual one. So does
 * `etcd.kvSubPath`: unlike the root path it need not be in the spec, whose default would silently win, and Milvus would
 * count IDs and timestamps from the start again.
 */
export function reservedConfigKeys(config: Readonly<Record<string, unknown>>, parent = ''): ReservedKey[] {
  return Object.entries(config).flatMap(([part, value]) => {
    // Milvus merges what `<<` names into the mapping around it (yaml.v3).
    if (part === '<<')
      return [value].flat().flatMap((merged) => (isObject(merged) ? reservedConfigKeys(merged, parent) : []));
    const name = parent === '' ? part : `${parent}.${part}`;
    const kind = reservedKind(name);
    if (kind !== undefined) return [{ name, kind }];
    return isObject(value) ? reservedConfigKeys(value, name) : [];
  });
}

/** The environment variables among `names` that belong to the operator. */
export function reservedEnvironment(names: readonly string[]): ReservedKey[] {
  return names.flatMap((name) => {
    const kind = reservedKind(name);
    return kind === undefined ? [] : [{ name, kind }];
  });
}
