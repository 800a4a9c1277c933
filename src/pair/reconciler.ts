import { isDeepStrictEqual } from 'node:util';
import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import type { SessionStores } from '../etcd/types.ts';
import type { EventReport } from '../kube/events.ts';
import type { Log } from '../base/log.ts';
import {
  applyChildren,
  changeRoleLabels,
  endPod,
  revokeLease,
  writeStatus,
  type ApplyOutcome,
  type LabelOutcome,
} from './act.ts';
import { releaseWorkload } from './attachment.ts';
import { bindMembers } from './bind.ts';
import { nextAskMs } from './creation-failure.ts';
import { READING_INTERVAL_MS } from './decide/binding.ts';
import type { RevokeLease, StoppingProcess } from './decide/dead-sessions.ts';
import type { EndPod } from './decide/disruption.ts';
import type { EventDraft } from './decide/event-draft.ts';
import { judge, type Judgement } from './decide/judgement.ts';
import { START_UP_ALLOWANCE_MS } from './decide/members.ts';
import { afterLabels, planOf, type Plan } from './decide/plan.ts';
import type { PairFacts, SpecProblem } from './facts.ts';
import type { SnapshotOf } from './rivals.ts';
import { watchStrangers } from './strangers.ts';
import { PairMemory } from './memory.ts';
import { noteUnregistered } from './unregistered.ts';
import { observe, type Sources } from './observe.ts';
import { isStillStopping } from './still-stopping.ts';
import { probeTargets } from './decide/probe-targets.ts';
import type { ProbeSource } from '../probe/types.ts';

/** What a reconciler works with. */
export interface ReconcilerOptions extends Sources {
  readonly stores: SessionStores;
  readonly prober: ProbeSource;
  readonly events: { record(report: EventReport): void };
  readonly log: Log;
  /** Whether this process surely leads; asked right before each disruptive act. */
  readonly isLeader: () => boolean;
  /** Something was seen of this pair: look again. */
  readonly wake: (namespace: string, name: string) => void;
  /** Told how long after the read that showed a new holder its pod's label was set, milliseconds. */
  readonly labelled?: (lagMs: number) => void;
  /** Told of each judgement, for metrics. */
  readonly observed?: (pair: CoordinatorPair, judgement: Judgement) => void;
}

/** The next look follows this one: what it has seen of etcd is over. */
const AT_ONCE_MS = 0;

/** While etcd was never read and has not failed for long, looks follow each other this closely. */
const FIRST_READ_RETRY_MS = 500;

/** A process that was seen to serve no more gave another answer when asked again: it is asked once more. */
const STOPPING_RETRY_MS = 100;

/** How often a zombie is looked at that may not be restarted yet. */
const ZOMBIE_LOOK_MS = 5_000;

/** How often it is asked whether something unwatched is still in the way: an object of another's, a missing Secret. */
const HINDRANCE_LOOK_MS = 15_000;

/** Looks after pairs, one look at a time: observe, decide, act, report. Every look starts from the world. */
export class Reconciler implements Disposable {
  readonly #options: ReconcilerOptions;
  readonly #memories = new Map<string, PairMemory>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /**
   * One look at a pair.
   *
   * @returns when to look again even if nothing is announced, milliseconds; undefined: at the next resync.
   * @throws ApiError, EtcdError: look again later.
   */
  async reconcile(namespace: string, name: string, signal: AbortSignal): Promise<number | undefined> {
    const pair = this.#options.caches.pair(namespace, name);
    if (!pair || pair.metadata.deletionTimestamp !== undefined) {
      await this.#forget(namespace, name, signal);
      return undefined;
    }
    const { client } = this.#options;
    const memory = this.#memoryOf(pair);
    if (memory.followedFor !== pair.metadata.uid) await releaseWorkload(pair.metadata, this.#options, memory, signal);
    const sources = { ...this.#options, snapshotOf: this.#snapshotOf };
    const observed = await observe(pair, sources, memory, signal);
    forgetEnded(observed, memory);
    const planned = planOf(observed);
    const labelled = await changeRoleLabels(client, namespace, planned.labels, signal);
    this.#measureLabelLag(labelled, memory);
    // Milvus gives a role up and takes it in two steps: a look that saw the first would delay the labels of the second.
    if (memory.current?.isOutdated) return AT_ONCE_MS;
    const plan = afterLabels(planned, labelled.made);
    const applied = await applyChildren(client, plan.children, signal);
    this.#logChanges(pair, applied);
    // An operator that has just started knows less than the status it left: it looks first.
    if (observed.etcd.state === 'Pending' && pair.status) return FIRST_READ_RETRY_MS;
    const { facts, unfinished } = await this.#bind(withRefusals(observed, applied, labelled), plan, memory, signal);
    const judgement = judge(facts, plan);
    memory.probes.follow(probeTargets(plan.members, facts.sessionRole, judgement.status.transition, plan.otherRoles));
    if (!isDeepStrictEqual(judgement.status, pair.status)) await writeStatus(client, pair, judgement.status, signal);
    if (facts.etcd.state === 'Known') memory.steadySince = facts.etcd.steadySince;
    // After the status: a look that was judged from a status already replaced tells nothing.
    this.#report(pair, judgement);
    let retry = false;
    for (const dead of judgement.revoke) retry = (await this.#revoke(dead, facts, memory, signal)) || retry;
    if (judgement.endPod) await this.#endPod(judgement.endPod, facts, memory, signal);
    await noteUnregistered(plan.members, observed, this.#options, memory, signal);
    // Last: what one object is refused holds up neither the status nor a failover.
    const failure = labelled.failure ?? applied.failure;
    if (failure) throw failure;
    if (retry) return STOPPING_RETRY_MS;
    const binding = unfinished ? READING_INTERVAL_MS : undefined;
    const asks = [binding, nextAskMs(memory, this.#options.clock.nowMs()), memory.words.nextAskMs(facts.pods)];
    return nextLookMs(facts, plan, judgement, memory, asks);
  }

  /** Closes every watch on etcd; the next look opens them again. */
  [Symbol.dispose](): void {
    for (const memory of this.#memories.values()) memory[Symbol.dispose]();
    this.#memories.clear();
  }

  #memoryOf({ metadata: { namespace, name } }: CoordinatorPair): PairMemory {
    const key = `${namespace}/${name}`;
    const known = this.#memories.get(key);
    if (known) return known;
    const { stores, prober, clock, wake } = this.#options;
    const memory = new PairMemory(stores, prober, clock, () => wake(namespace, name));
    this.#memories.set(key, memory);
    return memory;
  }

  readonly #snapshotOf: SnapshotOf = ({ metadata: { namespace, name } }) =>
    this.#memories.get(`${namespace}/${name}`)?.current?.store.state.snapshot;

  async #forget(namespace: string, name: string, signal: AbortSignal): Promise<void> {
    const key = `${namespace}/${name}`;
    const memory = this.#memories.get(key);
    if (!memory) return;
    await releaseWorkload({ namespace, name }, this.#options, memory, signal);
    memory[Symbol.dispose]();
    this.#memories.delete(key);
  }

  async #bind(
    facts: PairFacts,
    plan: Plan,
    memory: PairMemory,
    signal: AbortSignal,
  ): Promise<{ readonly facts: PairFacts; readonly unfinished: boolean }> {
    const store = memory.current?.store;
    if (!store || facts.etcd.state !== 'Known') return { facts, unfinished: false };
    const { client, clock, watchNodes } = this.#options;
    const sources = { client, clock, etcd: store.client };
    const registered = [...plan.members, ...plan.otherRoles.flatMap(({ members }) => members)];
    const unproven = await watchStrangers(registered, facts.deaths, sources, memory, signal);
    if (!watchNodes) return { facts, unfinished: unproven };
    const { bindings, unfinished } = await bindMembers(registered, facts.bindings, sources, memory, signal);
    return { facts: { ...facts, bindings }, unfinished: unfinished || unproven };
  }

  #measureLabelLag({ made }: LabelOutcome, memory: PairMemory): void {
    const readAtMs = memory.current?.store.state.snapshot?.readAtMs;
    if (readAtMs === undefined || !made.some(({ role }) => role === 'active')) return;
    this.#options.labelled?.(this.#options.clock.nowMs() - readAtMs);
  }

  #logChanges({ metadata: { namespace, name } }: CoordinatorPair, { changed }: ApplyOutcome): void {
    for (const { object, drift } of changed)
      this.#options.log.info({ pair: { namespace, name }, object, drift }, 'child applied');
  }

  #report(pair: CoordinatorPair, judgement: Judgement): void {
    for (const event of judgement.events) this.#tell(pair, event);
    this.#options.observed?.(pair, judgement);
  }

  #tell(pair: CoordinatorPair, event: EventDraft): void {
    const { events, log } = this.#options;
    const { namespace, name, uid } = pair.metadata;
    log.info({ pair: { namespace, name }, reason: event.reason }, event.note);
    events.record({ ...event, key: `${uid}/${event.key}`, regarding: pair });
  }

  /** @returns whether the process has to be asked again soon. */
  async #revoke(act: RevokeLease, facts: PairFacts, memory: PairMemory, signal: AbortSignal): Promise<boolean> {
    const store = memory.current?.store;
    if (!store || memory.revokedLeases.has(act.session.lease)) return false;
    const { client, clock, isLeader, log } = this.#options;
    const { namespace, name } = facts.pair.metadata;
    const { session, evidence, stopping } = act;
    const stillStopping = (process: StoppingProcess) =>
      isStillStopping(process, namespace, { client, clock, probes: memory.probes }, signal);
    const outcome = await revokeLease(act, act.role ?? facts.sessionRole, { store, isLeader, stillStopping }, signal);
    log.info({ pair: { namespace, name }, session: session.key, evidence, outcome }, 'session of an ended process');
    if (outcome !== 'Revoked') return stopping !== undefined && outcome === 'WorldChanged';
    memory.revoked(session.lease, podOf(session, facts) ?? session.address);
    this.#tell(facts.pair, revokedEvent(act));
    return false;
  }

  async #endPod(act: EndPod, facts: PairFacts, memory: PairMemory, signal: AbortSignal): Promise<void> {
    const store = memory.current?.store;
    if (!store || memory.wasEnded(act)) return;
    const { client, isLeader, log } = this.#options;
    const { namespace, name } = facts.pair.metadata;
    const outcome = await endPod(act, facts.pair, facts.sessionRole, { client, store, isLeader }, signal);
    if (outcome === 'Ended') memory.ended(act);
    if (outcome === 'Ended' && act.event) this.#tell(facts.pair, act.event);
    log.info({ pair: { namespace, name }, pod: act.podName, why: act.why, outcome }, 'pod told to end');
  }
}

/** The pod of a session as the status tells: it may be gone by now. */
function podOf({ lease }: RevokeLease['session'], { pair }: PairFacts): string | undefined {
  return pair.status?.members?.find(({ leaseID }) => leaseID === String(lease))?.podName;
}

function revokedEvent({ session, evidence, stopping }: RevokeLease): EventDraft {
  const who = `${session.hostName ?? session.address} (server ID ${session.serverID})`;
  const key = `revoked-${session.lease}`;
  const note = `the session of ${who} was ended: ${evidence}`;
  return stopping
    ? { type: 'Normal', reason: 'StoppedLeaseRevoked', action: 'RevokeLease', note, key }
    : { type: 'Warning', reason: 'LeaseRevoked', action: 'RevokeLease', note, key };
}

function forgetEnded({ pods, etcd }: PairFacts, memory: PairMemory): void {
  if (etcd.state !== 'Known') return;
  const shown = [etcd.sessions, ...(etcd.otherRoles ?? []).map(({ sessions }) => sessions)];
  const leases = shown.flatMap(({ members }) => members.map(({ lease }) => lease));
  memory.forgetEnded(
    pods.map(({ uid }) => uid),
    leases,
  );
}

function withRefusals(facts: PairFacts, { rejections }: ApplyOutcome, { failure }: LabelOutcome): PairFacts {
  return {
    ...facts,
    problems: [...facts.problems, ...rejections],
    ...(failure ? { labelFailure: failure.message } : {}),
  };
}

/** The earliest moment at which the judgement may turn by the clock alone. */
function nextLookMs(
  facts: PairFacts,
  plan: Plan,
  { status: { transition, members }, turnsAt }: Judgement,
  memory: PairMemory,
  asks: readonly (number | undefined)[],
): number | undefined {
  const { now, pods, etcd } = facts;
  const watch = memory.current?.nextLookMs();
  const hindrance = isHindered(facts, plan) ? HINDRANCE_LOOK_MS : undefined;
  const deadline = transition && Date.parse(transition.deadlineTime) - now.getTime();
  const ttlMs = (etcd.state === 'Known' ? (etcd.grantedTTLSeconds ?? 0) : 0) * 1000;
  const startUps = pods.flatMap(({ container: { runningSince } }) =>
    runningSince ? [runningSince.getTime() + ttlMs + START_UP_ALLOWANCE_MS - now.getTime()] : [],
  );
  const zombie = members?.some(({ state }) => state === 'Zombie') ? ZOMBIE_LOOK_MS : undefined;
  const turns = turnsAt && turnsAt.getTime() - now.getTime();
  const looks = [watch, deadline, turns, zombie, hindrance, ...asks, ...startUps];
  const coming = looks.filter((ms) => ms !== undefined && ms > 0) as number[];
  return coming.length === 0 ? undefined : Math.min(...coming) + 1;
}

/** What may be put right without the operator hearing of it. */
const UNWATCHED: ReadonlySet<string> = new Set<SpecProblem['reason']>([
  'ConfigMapNotFound',
  'ConfigTooLarge',
  'RejectedByServer',
  'WorkloadNotFound',
]);

/** Whether what stands in the way may go without any watch telling: the operator watches only what carries its label. */
function isHindered({ problems, duplicateOf, workload, etcd }: PairFacts, { foreignChildren }: Plan): boolean {
  return (
    foreignChildren.length > 0 ||
    duplicateOf !== undefined ||
    workload?.takenBy !== undefined ||
    problems.some(({ reason }) => UNWATCHED.has(reason)) ||
    (etcd.state === 'Unknown' && etcd.reason === 'SecretNotFound')
  );
}
