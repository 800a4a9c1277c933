import type { StatefulSet } from '../../kube/core-types.ts';
import { electedRoles } from '../../milvus/arguments.ts';
import { has } from '../../milvus/releases.ts';
import type { Role } from '../../milvus/roles.ts';
import type { MilvusVersion } from '../../milvus/version.ts';
import type { EtcdFacts } from '../facts.ts';

/** The last release whose coordinators in one process are a `mixture` of roles, each with a key of its own. */
const LAST_MIXTURE: MilvusVersion = { major: 2, minor: 5, patch: 0 };

/** By which keys the processes of a pair are seen in etcd. */
export interface Layout {
  /** Roles that are elected one by one, the one that stands for the process first. */
  readonly roles: readonly [Role, ...Role[]];
  /** The spec asks for mixcoord, and the pods are still those of a `mixture`. */
  readonly isOutlived: boolean;
}

/**
 * A mixcoord pair whose image was changed from 2.5 to 2.6 still runs what it ran: no process of 2.6 stands by for one of
 * 2.5, so its pods are not renewed until it is stopped, and until then its roles are the old ones.
 */
export function layoutOf(role: Role, version: MilvusVersion | undefined, live: StatefulSet | undefined): Layout {
  if (!version) return { roles: [role], isOutlived: false };
  const isOutlived = role === 'mixcoord' && has(version, 'mixcoordAlone') && makesMixtures(live);
  return { roles: electedRoles(role, isOutlived ? LAST_MIXTURE : version), isOutlived };
}

/** What is known of an outlived layout: its own keys are those that would keep a mixcoord waiting. */
export function withOutlivedKeys(etcd: EtcdFacts): EtcdFacts {
  if (etcd.state !== 'Known') return etcd;
  const { holder, members } = etcd.sessions;
  const olderLayout = [...(holder ? [holder.key] : []), ...members.map(({ key }) => key)];
  return { ...etcd, sessions: { ...etcd.sessions, olderLayout } };
}

function makesMixtures(live: StatefulSet | undefined): boolean {
  const { containers = [] } = (live?.spec?.template?.spec ?? {}) as {
    readonly containers?: readonly { readonly args?: readonly string[] }[];
  };
  return containers.some(({ args = [] }) => args.includes('mixture'));
}
