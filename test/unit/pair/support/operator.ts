import type { CoordinatorPairStatus } from '../../../../src/api/coordinator-pair.ts';
import type { Binding } from '../../../../src/pair/decide/binding.ts';
import type { EventDraft } from '../../../../src/pair/decide/event-draft.ts';
import { judge } from '../../../../src/pair/decide/judgement.ts';
import { afterLabels, planOf, templateHashOf } from '../../../../src/pair/decide/plan.ts';
import { evidenceOf } from '../../../../src/pair/decide/evidence.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { facts, known, statefulSetFacts, templateOf } from './facts.ts';
import { TTL_SECONDS, type MilvusWorld } from './milvus-world.ts';
import { aPair } from './pair.ts';

/** Looks twice a second. */
const LOOK_MS = 500;

/** The operator without its I/O: looks at a world, stores the status, does what the judgement asks for. */
export class SimulatedOperator {
  readonly world: MilvusWorld;
  /** Whether registrations are bound to their containers, so that a death can be proven. */
  readonly binds: boolean;
  readonly events: EventDraft[] = [];
  wishedTemplate: string;
  token: string | undefined;
  policy: 'Automatic' | 'Supervised' | 'Paused' = 'Automatic';
  /** Id of the proposal that is approved. */
  approval: string | undefined;
  status: CoordinatorPairStatus | undefined;
  /** Most pods that have been labelled active at one time. */
  mostActives = 0;
  podsEnded = 0;
  readonly #ended: PairFacts['endedSessions'][number][] = [];

  constructor(world: MilvusWorld, { binds }: { readonly binds: boolean }) {
    this.world = world;
    this.binds = binds;
    this.wishedTemplate = world.liveTemplate;
  }

  /** Lets time pass, looking on. */
  run(seconds: number): void {
    for (let ms = 0; ms < seconds * 1_000; ms += LOOK_MS) {
      this.world.advance(LOOK_MS);
      this.#look();
    }
  }

  #look(): void {
    const { world } = this;
    const seen = this.#facts();
    const plan = planOf(seen);
    for (const { podUID, role } of plan.labels) {
      world.label(podUID, role);
      this.mostActives = Math.max(
        this.mostActives,
        world.pods().filter(({ roleLabel }) => roleLabel === 'active').length,
      );
    }
    const [statefulSet] = plan.children;
    if (statefulSet) world.liveTemplate = templateHashOf(statefulSet.desired) ?? world.liveTemplate;
    const { status, events, endPod, revoke } = judge(seen, afterLabels(plan));
    this.status = status;
    this.events.push(...events);
    for (const { session } of revoke) {
      this.#ended.push({ of: session.hostName ?? session.address, time: world.now });
      world.revoke(session.serverID);
    }
    if (!endPod) return;
    this.podsEnded++;
    world.delete(endPod.podUID);
  }

  #facts(): PairFacts {
    const { world, status, token } = this;
    const pods = world.pods();
    const sessions = world.sessions();
    const etcd = known(sessions, TTL_SECONDS);
    const probes = world.probes();
    const evidence = evidenceOf(status, {
      sessionRole: 'rootcoord',
      now: world.now,
      etcd,
      pods,
      nodes: new Map(),
      probes,
    });
    const bindings = this.binds ? this.#bindings(pods, sessions.members, evidence.bindings) : evidence.bindings;
    return facts({
      now: world.now,
      pair: aPair({
        status,
        spec: { rollout: { policy: this.policy } },
        metadata: {
          annotations: {
            ...(token === undefined ? {} : { 'ha.milvus.io/switchover': token }),
            ...(this.approval === undefined ? {} : { 'ha.milvus.io/approve': this.approval }),
          },
        },
      }),
      pods,
      etcd,
      templateHash: this.wishedTemplate,
      children: [statefulSetFacts(this.wishedTemplate, world.liveTemplate)],
      revisions: world.templates.map((hash) => ({ hash, template: templateOf(hash) })),
      ...evidence,
      bindings,
      probes,
      endedSessions: this.#ended,
    });
  }

  /** Bindings the status holds, and new ones of processes that run. */
  #bindings(
    pods: PairFacts['pods'],
    members: readonly { serverID: bigint; lease: bigint; address: string }[],
    kept: readonly Binding[],
  ): readonly Binding[] {
    const fresh = members.flatMap(({ serverID, lease, address }) => {
      const pod = pods.find(({ ip, container }) => address === `${ip ?? ''}:53100` && container.runningSince);
      const newest = members.every((other) => other.address !== address || other.serverID <= serverID);
      if (!pod?.container.id || !pod.nodeName || !newest || kept.some((binding) => binding.serverID === serverID))
        return [];
      const { uid: podUID, nodeName } = pod;
      return [{ serverID, lease, podUID, nodeName, containerID: pod.container.id, boundTime: this.world.now }];
    });
    return [...kept, ...fresh];
  }
}
