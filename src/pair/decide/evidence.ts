import type { CoordinatorPairStatus } from '../../api/coordinator-pair.ts';
import type { Role } from '../../milvus/roles.ts';
import type { ProbeFinding } from '../../probe/types.ts';
import type { EtcdFacts } from '../facts.ts';
import type { NodeView } from '../node-view.ts';
import type { PodView } from '../pod-view.ts';
import { boundByStop, type Binding } from './binding.ts';
import { provenDeaths, standing, type ProvenDeath } from './death.ts';
import { storedMembers, storedMembersOf } from './other-role-status.ts';
import { sessionsIn } from './role-sessions.ts';
import { bindingsOf, deathsOf, stopsOf } from './status-parts.ts';
import { seenStops, type SeenStop } from './stops.ts';

/** What is known of the processes behind the registrations. */
export interface Evidence {
  readonly bindings: readonly Binding[];
  readonly deaths: readonly ProvenDeath[];
  readonly stops: readonly SeenStop[];
  readonly otherStops: ReadonlyMap<Role, readonly SeenStop[]>;
}

/** What evidence is found in. */
export interface EvidenceSources {
  /** The role that stands for the processes. */
  readonly sessionRole: Role;
  readonly now: Date;
  readonly etcd: EtcdFacts;
  readonly pods: readonly PodView[];
  /** With those of a workload that are none of its own. */
  readonly allPods?: readonly PodView[];
  readonly nodes: ReadonlyMap<string, NodeView>;
  readonly probes: readonly ProbeFinding[];
}

/** What the status holds of processes and what is seen of them now. */
export function evidenceOf(
  status: CoordinatorPairStatus | undefined,
  { sessionRole, now, etcd, pods, allPods = pods, nodes, probes }: EvidenceSources,
): Evidence {
  const stored = storedMembers(status);
  const known = standing(bindingsOf(stored), allPods);
  const seen = { bindings: known, pods, probes, now };
  const stops = seenStops(stopsOf(status?.members), { ...seen, role: sessionRole });
  const others = etcd.state === 'Known' ? (etcd.otherRoles ?? []).map(({ role }) => role) : [];
  const otherStops = new Map(
    others.map((role) => [role, seenStops(stopsOf(storedMembersOf(status, role)), { ...seen, role })] as const),
  );
  const wasStored = ({ serverID, lease }: { readonly serverID: bigint; readonly lease: bigint }) =>
    stored.some((member) => member.serverID === String(serverID) && member.leaseID === String(lease));
  const sessions = etcd.state === 'Known' ? sessionsIn(etcd).filter(wasStored) : [];
  const bindings = standing(
    [...known, ...boundByStop(sessions, { known, stops: [...stops, ...[...otherStops.values()].flat()], pods })],
    allPods,
  );
  return { bindings, stops, otherStops, deaths: provenDeaths(deathsOf(stored), bindings, allPods, nodes, now) };
}
