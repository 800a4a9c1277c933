import type { EtcdGuard } from '../../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery } from '../../api/etcd-recovery.ts';
import { etcdRecoveryKind } from '../../api/names.ts';
import { isAlreadyExists } from '../../kube/errors.ts';
import { approvalOf, PLAN_LIVES_MS } from './approval.ts';
import { FOR_CASE, isOver } from './asked-for.ts';
import type { Etcds } from './etcds.ts';
import { forbidden, unseen } from './forbidden.ts';
import { createJournal, deleteJournal, type Journal, type StoredJournal } from './journal.ts';
import { TURN_MS, type RecoveryReconcilerOptions } from './options.ts';
import { adoption, isLeftBehind } from './orphan.ts';
import { planHash } from './plan-hash.ts';
import type { Plan, Planned } from './remedy.ts';
import { Run } from './run.ts';
import type { StatusWriter } from './status-writer.ts';
import { plannedStatus, waitingStatus } from './status.ts';
import { summarise } from './store-summary.ts';
import { observeWorld, type EtcdWorld } from './world.ts';

/** While a plan waits for something or somebody, milliseconds. */
const LOOK_MS = 15_000;

/** When to look again, milliseconds; undefined: when something about the recovery changes. */
type Next = number | undefined;

/** A plan with what identifies it. */
interface Proposal {
  readonly recovery: EtcdRecovery;
  readonly guard: EtcdGuard;
  /** Absent: it cannot be seen, because of what another recovery left half done. */
  readonly world?: EtcdWorld;
  readonly plan: Plan;
  readonly hash: string;
  /** The journal that is there: our own that wants a new approval, or one left behind. */
  readonly stored?: StoredJournal;
  readonly own: boolean;
  readonly left: boolean;
}

/** Plans a recovery, and begins it when the plan is approved. Changes nothing before that. */
export class Planner {
  readonly #options: RecoveryReconcilerOptions;
  readonly #etcds: Etcds;
  readonly #writer: StatusWriter;

  constructor(options: RecoveryReconcilerOptions, etcds: Etcds, writer: StatusWriter) {
    this.#options = options;
    this.#etcds = etcds;
    this.#writer = writer;
  }

  /** @returns when to look again, milliseconds: at once when it has begun, which the journal tells. @throws ApiError */
  async plan(
    recovery: EtcdRecovery,
    guard: EtcdGuard,
    stored: StoredJournal | undefined,
    signal: AbortSignal,
  ): Promise<Next> {
    const { recoveries, clock } = this.#options;
    const own = stored?.journal.recovery.uid === recovery.metadata.uid;
    const left = stored !== undefined && !own && isLeftBehind(stored.journal, recoveries(recovery.metadata.namespace));
    // Approved and cancelled is how one asks to put back what another recovery left.
    if (recovery.spec.cancel && !(left && recovery.spec.approval))
      return this.#end(recovery, 'Cancelled', 'cancelled before it has changed anything', signal);
    if (stored && !own && !left) return this.#waitForTurn(recovery, stored.journal.recovery.name, signal);
    const world = await observeWorld(guard, this.#options, this.#etcds.of(recovery).memory, signal);
    // What is half done may be why nothing can be seen: a StatefulSet that has to be put back.
    if (left && 'why' in world) return this.#takeUp(recovery, guard, stored, undefined, signal);
    if ('why' in world) return this.#wait(recovery, world.why, LOOK_MS, signal);
    if (!own && isOver(recovery, world))
      return this.#end(recovery, 'Cancelled', 'what it was planned for is over; nothing was changed', signal);
    const no = forbidden(recovery.spec, world);
    if (no !== undefined) return this.#end(recovery, 'Refused', no, signal);
    const blind = unseen(recovery.spec, world);
    if (blind !== undefined) return this.#wait(recovery, blind, LOOK_MS, signal);
    if (left) return this.#takeUp(recovery, guard, stored, world, signal);
    const planned = await this.#planned(recovery, world, clock.wallTime(), signal);
    switch (planned.state) {
      case 'Refused':
        return this.#end(recovery, 'Refused', planned.why, signal);
      case 'Waiting':
        return this.#wait(recovery, planned.why, planned.againMs, signal);
      case 'Planned': {
        const { plan } = planned;
        const hash = planHash(recovery, world, plan);
        return this.#propose({ recovery, guard, world, plan, hash, own, left, ...(stored ? { stored } : {}) }, signal);
      }
    }
  }

  /** Goes on with what another one left. */
  #takeUp(
    recovery: EtcdRecovery,
    guard: EtcdGuard,
    stored: StoredJournal,
    world: EtcdWorld | undefined,
    signal: AbortSignal,
  ): Promise<Next> {
    const planned = adoption(recovery, stored.journal);
    if (planned.state !== 'Planned') return this.#end(recovery, 'Refused', planned.why, signal);
    const { plan } = planned;
    const hash = planHash(recovery, undefined, plan);
    const proposal = { recovery, guard, plan, hash, stored, own: false, left: true, ...(world ? { world } : {}) };
    return this.#propose(proposal, signal);
  }

  #planned(recovery: EtcdRecovery, world: EtcdWorld, now: Date, signal: AbortSignal): Promise<Planned> {
    const { client, operatorImage, remedy, watchNamespaces } = this.#options;
    const image = operatorImage === undefined ? {} : { operatorImage };
    return remedy(recovery.spec.action).plan({ recovery, world, client, watchNamespaces, now, signal, ...image });
  }

  async #propose(proposal: Proposal, signal: AbortSignal): Promise<Next> {
    const { recovery, guard, plan, hash, own } = proposal;
    const { metadata, status, spec } = recovery;
    const { clock, recoveries, locks } = this.#options;
    const now = clock.wallTime();
    const expires = expiry(recovery, hash, now);
    const planned = { plan, hash, expires };
    if (spec.dryRun) {
      await this.#writer.write(
        recovery,
        plannedStatus(recovery, 'Planned', 'dry run: nothing is done', planned),
        signal,
      );
      return undefined;
    }
    // While something is changed for the time, for instance Milvus stopped, the question stays open.
    if (now > expires && !own) {
      const why = 'nobody approved the plan within 30 minutes: make another EtcdRecovery when it is still wanted';
      return this.#end(recovery, 'Expired', why, signal);
    }
    const wait = async (why: string, againMs: number): Promise<Next> => {
      await this.#writer.write(recovery, plannedStatus(recovery, 'AwaitingApproval', why, planned), signal);
      return againMs;
    };
    const others = recoveries(metadata.namespace).filter(
      (other) => other.metadata.uid !== metadata.uid && other.spec.guardName === spec.guardName,
    );
    const approval = approvalOf(recovery, { plan, hash }, guard, others, now);
    if (!approval.approved) return wait(approval.why, LOOK_MS);
    const holder = await locks.take(metadata.namespace, guard.spec.statefulSetName, signal);
    if (holder !== undefined) return wait(`approved; waits for ${holder}, which has the lock of this etcd`, TURN_MS);
    // The plan stands in the status before anything is done.
    if (status?.planHash !== hash)
      await this.#writer.write(recovery, plannedStatus(recovery, 'Planned', 'approved; begins', planned), signal);
    return (await this.#begin(proposal, approval.by, signal)) ? 0 : TURN_MS;
  }

  /** Writes the journal. @returns false when another recovery was faster, or this one is over. */
  async #begin(
    { recovery, guard, world, plan, hash, stored, left }: Proposal,
    approvedBy: Journal['approvedBy'],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { client, clock, isLeader } = this.#options;
    const { name, uid, namespace } = recovery.metadata;
    const { statefulSetName } = guard.spec;
    const identity = { recovery: { name, uid }, planHash: hash, approvedBy };
    if (stored) {
      const run = new Run(client, { namespace, statefulSetName }, stored, isLeader, signal);
      const { replan: _replan, ending, ...kept } = stored.journal;
      // Steps are idempotent: a plan made anew runs them all again, one taken up goes on with the first that is not done.
      const done = kept.steps.filter(({ state }) => state === 'Done');
      await run.replace({ ...kept, ...identity, ...(left ? { steps: done } : { details: plan.details, steps: [] }) });
      return true;
    }
    const { members } = this.#etcds.of(recovery);
    const before = world && (await summarise(world, (pod) => members.of(world, pod), signal));
    const journal: Journal = {
      ...identity,
      guardName: guard.metadata.name,
      action: recovery.spec.action,
      ...(recovery.spec.target ? { target: recovery.spec.target.podName } : {}),
      startTime: clock.wallTime().toISOString(),
      details: plan.details,
      steps: [],
      notes: {},
      changes: [],
      ...(before ? { before } : {}),
    };
    let created: StoredJournal;
    try {
      created = await createJournal(client, namespace, statefulSetName, journal, signal);
    } catch (error) {
      if (isAlreadyExists(error)) return false;
      throw error;
    }
    // It may have come late: another operator may have carried it all out meanwhile, and nobody would go on with this.
    const now = await client.get<EtcdRecovery>(etcdRecoveryKind, name, namespace, { signal });
    if (now?.metadata.uid === uid && !hasEnded(now)) return true;
    await deleteJournal(client, namespace, statefulSetName, created, signal);
    return false;
  }

  /** What another recovery is changing for the time would make another plan of this one, which no approval fits. */
  async #waitForTurn(recovery: EtcdRecovery, other: string, signal: AbortSignal): Promise<Next> {
    const why = `waits for EtcdRecovery ${other}, which is at this etcd; afterwards it is planned anew`;
    await this.#writer.write(recovery, waitingStatus(recovery, why), signal);
    return TURN_MS;
  }

  async #wait(recovery: EtcdRecovery, why: string, againMs: number, signal: AbortSignal): Promise<Next> {
    await this.#writer.write(recovery, plannedStatus(recovery, 'Planned', why), signal);
    return againMs;
  }

  async #end(
    recovery: EtcdRecovery,
    state: 'Refused' | 'Cancelled' | 'Expired',
    why: string,
    signal: AbortSignal,
  ): Promise<Next> {
    await this.#writer.end(recovery, state, why, signal);
    return undefined;
  }
}

/** Until when a plan can be approved: half an hour from when it first read so. */
function expiry({ status, metadata }: EtcdRecovery, hash: string, now: Date): Date {
  const known = status?.planHash === hash ? status.planExpiresTime : undefined;
  // What a guard asked for is planned anew for as long as the guard sees the ailment.
  const renewed = known !== undefined && metadata.labels?.[FOR_CASE] !== undefined && now > new Date(known);
  return known === undefined || renewed ? new Date(now.getTime() + PLAN_LIVES_MS) : new Date(known);
}
