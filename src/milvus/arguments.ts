import { has } from './releases.ts';
import type { Role } from './roles.ts';
import type { MilvusVersion } from './version.ts';

/**
 * The arguments of the container; the image's entry point is tini, so `milvus` itself is the first.
 *
 * Up to 2.5 all coordinators in one process are `mixture` with a flag for each; from 2.6 on there is `mixcoord`, and
 * every other coordinator is an unknown server type. Never with `--run-with-subprocess` (docs/adr/0015).
 */
export function coordinatorArgs(role: Role, version: MilvusVersion): string[] {
  if (role === 'mixcoord' && !has(version, 'mixcoordAlone')) {
    return ['milvus', 'run', 'mixture', '-rootcoord', '-querycoord', '-datacoord', '-indexcoord'];
  }
  return ['milvus', 'run', role];
}

/**
 * The roles that a process registers in etcd, the one that stands for the whole process first. Up to 2.5 `mixture`
 * registers each of its roles in a session of its own, and each is elected by itself; a datacoord process of 2.3 to
 * 2.5 registers indexcoord too, which follows it (milvus internal/datacoord/server.go). From 2.6 on there is mixcoord
 * alone; the bare keys of older roles that 2.6.8 and newer write are guards, not elections.
 */
export function registeredRoles(role: Role, version: MilvusVersion): readonly [Role, ...Role[]] {
  if (role === 'mixcoord') {
    return has(version, 'mixcoordAlone') ? ['mixcoord'] : ['rootcoord', 'querycoord', 'datacoord', 'indexcoord'];
  }
  if (role === 'datacoord' && has(version, 'indexcoordInDatacoord')) return ['datacoord', 'indexcoord'];
  return [role];
}

/**
 * The roles of {@link registeredRoles} whose ACTIVE is elected by itself and that have a gRPC server of their own, the
 * one that stands for the process first. From 2.3 to 2.5 indexcoord is none of them: the ACTIVE datacoord takes that key
 * by force (milvus internal/datacoord/server.go) and registers its own address in it (seen on servers of 2.3.0, 2.3.5).
 */
export function electedRoles(role: Role, version: MilvusVersion): readonly [Role, ...Role[]] {
  const [first, ...others] = registeredRoles(role, version);
  const follows = has(version, 'indexcoordInDatacoord') ? 'indexcoord' : undefined;
  return [first, ...others.filter((other) => other !== follows)];
}
