import { isAtLeast, type MilvusVersion, type Release } from './version.ts';

/** Something that came with a release of Milvus and that the operator goes by. */
export interface ReleaseRule {
  /** The first release that has it. */
  readonly since: Release;
  /** A sentence of what is so from there on. */
  readonly meaning: string;
  /** Where that is known from: an issue or pull request of Milvus, its code, or a server that was run. */
  readonly source: string;
}

/**
 * Every rule of releases. What is not in this table the operator does not go by. docs/reference/releases.md is made from
 * it; how each version registers, ends and hands over, which decides nothing here, is in docs/versions.md.
 */
export const releases = {
  activeStandby: {
    since: [2, 2, 3],
    meaning: 'Active-standby works.',
    source: 'release notes of 2.2.3',
  },
  userConfig: {
    since: [2, 3, 0],
    meaning: 'The file user.yaml is read (`config`).',
    source: 'code of Milvus, pkg/util/paramtable',
  },
  indexcoordInDatacoord: {
    since: [2, 3, 0],
    meaning: 'indexcoord is no process of its own: datacoord registers it, and its ACTIVE takes it by force.',
    source: 'code of Milvus, internal/datacoord/server.go; servers of 2.3.0 and 2.3.5',
  },
  etcdLogin: {
    since: [2, 3, 7],
    meaning: 'Milvus can log in to etcd (`etcd.auth`).',
    source: 'milvus.yaml of 2.3.7, `etcd.auth`',
  },
  exitsWithoutLease: {
    since: [2, 4, 0],
    meaning: 'An ACTIVE that hangs in its stop exits when its lease is taken away, within 2 s.',
    source: 'milvus#30310; session code of 2.4 and newer, run',
  },
  mixcoordAlone: {
    since: [2, 6, 0],
    meaning: 'mixcoord is the only coordinator; the other roles are unknown server types.',
    source: 'code of Milvus, cmd/milvus; Milvus 2.6 FAQ on coordinator HA',
  },
  noticesAtKeepalive: {
    since: [2, 6, 7],
    meaning: 'A process notices the loss of its lease at its next keepalive, within a third of the TTL.',
    source: 'milvus#45974; session code of 2.6.7 and newer, run',
  },
  alwaysActiveStandby: {
    since: [2, 6, 8],
    meaning: 'Active-standby is always on and its flag is ignored; the version of the ACTIVE is kept in etcd.',
    source: 'milvus#46479; session code of 2.6.8 and newer, run',
  },
  replaces30: {
    since: [2, 6, 20],
    meaning: 'A mixcoord of 2.6 starts where one of 3.0 was ACTIVE.',
    source: 'milvus#50792, merged into 2.6 on 2026-06-30; tag v2.6.19 is of 2026-06-25, v2.6.20 of 2026-07-10',
  },
} as const satisfies Readonly<Record<string, ReleaseRule>>;

/** Whether a version has what a rule of {@link releases} says. */
export function has(version: MilvusVersion, rule: keyof typeof releases): boolean {
  return isAtLeast(version, releases[rule].since);
}
