import type { CoordinatorPairStatus } from '../../../../../src/api/coordinator-pair.ts';
import { addReading, isBindable, type Binding, type BindingProgress } from '../../../../../src/pair/decide/binding.ts';
import { evidenceOf } from '../../../../../src/pair/decide/evidence.ts';
import { judge } from '../../../../../src/pair/decide/judgement.ts';
import type { Member } from '../../../../../src/pair/decide/members.ts';
import { afterLabels, planOf } from '../../../../../src/pair/decide/plan.ts';
import type { PairFacts } from '../../../../../src/pair/facts.ts';
import { facts, known, unreachable } from '../facts.ts';
import { aPair } from '../pair.ts';
import type { HistoryWorld, PodName } from './world.ts';

/** The operator's decisions on a world it sees only in part: what it keeps is in the status, the rest is forgotten. */
export class HistoryOperator {
  readonly world: HistoryWorld;
  /** As stored: through JSON. */
  status: CoordinatorPairStatus | undefined;
  /** Leases that were revoked. */
  readonly revoked: bigint[] = [];
  readonly #progress = new Map<bigint, BindingProgress>();

  constructor(world: HistoryWorld) {
    this.world = world;
  }

  /** Another process goes on from the status. */
  restart(): void {
    this.#progress.clear();
  }

  /** One look. @throws Error when it would end the lease of a process that serves. */
  look(): void {
    const { world } = this;
    if (world.apiAway) return;
    const observed = this.#observe();
    const plan = planOf(observed);
    const bindings = this.#bind(plan.members, observed.bindings);
    const { status, revoke, endPod } = judge({ ...observed, bindings }, afterLabels(plan));
    this.status = JSON.parse(JSON.stringify(status)) as CoordinatorPairStatus;
    for (const { session, evidence } of revoke) this.#revoke(session.lease, evidence);
    if (endPod && !world.leases.away) world.delete(endPod.podName as PodName);
  }

  /** Whether nobody registered is dead, and the holder is bound and has a standby: a death of it can be proven. */
  get isPrepared(): boolean {
    const { active, standby, members, transition } = this.status ?? {};
    const holder = members?.find(({ serverID }) => serverID === active?.serverID);
    const isLiving = this.world.leases.registrations.every(({ process }) => process.alive && !process.stopped);
    const isHolder = active?.serverID === String(this.world.leases.holder);
    return isLiving && isHolder && holder?.boundTime !== undefined && standby !== undefined && transition === undefined;
  }

  #revoke(lease: bigint, evidence: string): void {
    const { leases, nowMs } = this.world;
    const registration = leases.on(lease);
    if (registration?.process.alive && !registration.process.stopped)
      throw new Error(
        `after ${nowMs} ms the lease of server ${registration.serverID} in ${registration.process.containerID}, which serves, was revoked: ${evidence}`,
      );
    if (leases.away || !registration) return;
    leases.revoke(lease);
    this.revoked.push(lease);
  }

  #observe(): PairFacts {
    const { world, status } = this;
    const { seenPods: pods, leases } = world;
    const nodes = new Map(world.seenNodes.map((node) => [node.name, node]));
    const etcd = leases.away ? unreachable : known(world.seenSessions, leases.ttlSeconds);
    return facts({
      now: world.now,
      pair: aPair({ status }),
      pods,
      nodes,
      etcd,
      probes: world.probes,
      ...evidenceOf(status, { sessionRole: 'rootcoord', now: world.now, etcd, pods, nodes, probes: world.probes }),
    });
  }

  #bind(members: readonly Member[], bound: readonly Binding[]): readonly Binding[] {
    const { leases, now, nowMs, machines } = this.world;
    if (leases.away) return bound;
    const isBound = ({ session }: Member) => bound.some(({ lease }) => lease === session?.lease);
    const found = members.filter(isBindable).flatMap((member): readonly Binding[] => {
      const { session, pod } = member;
      if (!session || !pod?.container.id || isBound(member)) return [];
      const { serverID, lease } = session;
      const result = addReading(
        this.#progress.get(serverID) ?? { serverID, lease },
        {
          at: now,
          ttlSeconds: leases.ttlOf(lease, nowMs),
          raftTerm: leases.raftTerm,
          containerID: pod.container.id,
          nodeRenewTime: machines.find(({ name }) => name === pod.nodeName)?.renewTime ?? '',
        },
        member,
      );
      if ('bound' in result) return [result.bound];
      this.#progress.set(serverID, result.progress);
      return [];
    });
    return [...bound, ...found];
  }
}
