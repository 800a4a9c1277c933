import { has } from './releases.ts';
import type { Role } from './roles.ts';
import type { MilvusVersion } from './version.ts';
import { formatVersion } from './version.ts';

/** Why a combination cannot run. */
export interface VersionProblem {
  readonly reason: 'VersionTooOld' | 'RoleNotInVersion' | 'EtcdAuthNotInVersion' | 'ConfigNotInVersion';
  /** A sentence for the user: what must be so. */
  readonly message: string;
}

/** What a pair uses beside its role and that not every version has. */
export interface UsedFeatures {
  readonly etcdAuth?: boolean;
  readonly userConfig?: boolean;
}

/**
 * Whether a role can run as a pair in a Milvus version. The CRD refuses the same at admission; this is for objects
 * that got past it.
 *
 * * Active-standby works from 2.2.3 on (release notes of 2.2.3).
 * * indexcoord is a process of its own in 2.2 only; from 2.3 on datacoord registers it.
 * * rootcoord, querycoord and datacoord are unknown server types from 2.6 on, where only mixcoord is left.
 */
export function checkVersion(role: Role, version: MilvusVersion): VersionProblem | undefined {
  const shown = formatVersion(version);
  if (!has(version, 'activeStandby')) {
    return {
      reason: 'VersionTooOld',
      message: `Milvus must be 2.2.3 or newer, not ${shown}: older versions have no working active-standby mode`,
    };
  }
  if (role === 'indexcoord' && has(version, 'indexcoordInDatacoord')) {
    return {
      reason: 'RoleNotInVersion',
      message: `indexcoord must run Milvus 2.2, not ${shown}: from 2.3 on it is part of datacoord and has no process of its own`,
    };
  }
  if (role !== 'mixcoord' && has(version, 'mixcoordAlone')) {
    return {
      reason: 'RoleNotInVersion',
      message: `${role} must run a Milvus version below 2.6, not ${shown}: from 2.6 on the role must be mixcoord`,
    };
  }
  return undefined;
}

/**
 * Whether a Milvus version has what a pair uses: logging in to etcd came with 2.3.7 (`etcd.auth` in milvus.yaml), the
 * file user.yaml with 2.3.0.
 */
export function checkFeatures(version: MilvusVersion, used: UsedFeatures): VersionProblem | undefined {
  const shown = formatVersion(version);
  if (used.etcdAuth === true && !has(version, 'etcdLogin')) {
    return {
      reason: 'EtcdAuthNotInVersion',
      message: `etcd.auth must be left out before Milvus 2.3.7: ${shown} cannot log in to etcd`,
    };
  }
  if (used.userConfig === true && !has(version, 'userConfig')) {
    return {
      reason: 'ConfigNotInVersion',
      message: `config must be left out before Milvus 2.3.0: ${shown} does not read user.yaml`,
    };
  }
  return undefined;
}
