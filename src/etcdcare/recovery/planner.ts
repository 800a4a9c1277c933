import type { EtcdGuard } from '../../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery } from '../../api/etcd-recovery.ts';
import { etcdGuardKind, etcdRecoveryKind } from '../../api/names.ts';
import { isAlreadyExists } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { usualPace } from '../pace.ts';
import { approvalOf } from './approval.ts';
import { isOver } from './asked-for.ts';
import type { Etcds } from './etcds.ts';
import { forbidden, unseen } from './forbidden.ts';
import { approvedGuard } from './approved-guard.ts';
import { recordRun } from './budget.ts';
import { CurrentRecovery } from './current-recovery.ts';
import { hold } from './finalizer.ts';
import {
  createJournal,
  deleteJournal,
  nextJournal,
  type Journal,
  type StoredJournal,
  type UnreadableJournal,
} from './journal.ts';
import { TURN_MS, type RecoveryReconcilerOptions } from './options.ts';
import { adoption, ownerOf } from './orphan.ts';
import { offerOf } from './offer.ts';
import { waitedTooLong } from './patience.ts';
import type { Plan, Planned } from './remedy.ts';
import { Run } from './run.ts';
import type { StatusWriter } from './status-writer.ts';
import { plannedStatus, waitingStatus } from './status.ts';
import { summarise } from './store-summary.ts';
import { observeWorld, type EtcdWorld } from './world.ts';
import { refenced } from './remedies/stop-etcd.ts';

/** When to look again, milliseconds; undefined: when something about the recovery changes. */
type Next = number | undefined;

/** A plan, and what it was made for. */
interface Proposal {
  readonly recovery: EtcdRecovery;
  readonly guard: EtcdGuard;
  /** Absent: it cannot be seen, because of what another recovery left half done. */
  readonly world?: EtcdWorld;
  readonly plan: Plan;
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

  /** While a plan waits for something or somebody, milliseconds. */
  get #againMs(): number {
    return (this.#options.pace ?? usualPace).observeMs / 2;
  }

  /**
   * @param found the journal that is there
   * @returns when to look again, milliseconds: at once when it has begun, which the journal tells.
   * @throws ApiError
   */
  async plan(
    recovery: EtcdRecovery,
    guard: EtcdGuard,
    found: StoredJournal | UnreadableJournal | undefined,
    signal: AbortSignal,
  ): Promise<Next> {
    const { client, clock } = this.#options;
    const { namespace } = recovery.metadata;
    const owner = found && (await ownerOf(client, namespace, guard.spec.statefulSetName, found, signal));
    const own = owner?.uid === recovery.metadata.uid;
    const left = owner?.state === 'LeftBehind' && !own;
    // Approved and cancelled is how one asks to put back what another recovery left.
    if (recovery.spec.cancel && !(left && recovery.spec.approval))
      return this.#end(recovery, 'Cancelled', 'cancelled before it has changed anything', signal);
    if (owner?.state === 'Unknown') return this.#wait(recovery, owner.why, this.#againMs, signal);
    if (owner && !own && !left) return this.#waitForTurn(recovery, owner.name, signal);
    const stored = owner?.stored;
    const world = await observeWorld(guard, this.#options, this.#etcds.of(recovery).memory, signal);
    // What is half done may be why nothing can be seen: a StatefulSet that has to be put back.
    if (left && stored && 'why' in world) return this.#takeUp(recovery, guard, stored, undefined, signal);
    if ('why' in world) return this.#wait(recovery, world.why, this.#againMs, signal);
    if (!own && isOver(recovery, world))
      return this.#end(recovery, 'Cancelled', 'what it was planned for is over; nothing was changed', signal);
    const no = forbidden(recovery.spec, world);
    if (no !== undefined) return this.#end(recovery, 'Refused', no, signal);
    const blind = unseen(recovery.spec, world);
    if (blind !== undefined) return this.#wait(recovery, blind, this.#againMs, signal);
    if (left && stored) return this.#takeUp(recovery, guard, stored, world, signal);
    const planned = await this.#planned(recovery, world, clock.wallTime(), signal);
    switch (planned.state) {
      case 'Refused':
        return this.#end(recovery, 'Refused', planned.why, signal);
      case 'Waiting': {
        // Half done it goes on waiting: what was stopped for it stays a question of its own.
        const tooLong = own ? undefined : waitedTooLong(recovery, planned.why, clock.wallTime());
        if (tooLong !== undefined) return this.#end(recovery, 'Refused', tooLong, signal);
        return this.#wait(recovery, planned.why, planned.againMs, signal);
      }
      case 'Planned': {
        const plan = stored?.journal.replan?.needsPerson ? { ...planned.plan, needsPerson: true } : planned.plan;
        return this.#propose({ recovery, guard, world, plan, own, left, ...(stored ? { stored } : {}) }, signal);
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
    return this.#propose(
      { recovery, guard, plan, stored, own: false, left: true, ...(world ? { world } : {}) },
      signal,
    );
  }

  #planned(recovery: EtcdRecovery, world: EtcdWorld, now: Date, signal: AbortSignal): Promise<Planned> {
    const { client, operatorImage, remedy, watchNamespaces } = this.#options;
    const image = operatorImage === undefined ? {} : { operatorImage };
    return remedy(recovery.spec.action).plan({ recovery, world, client, watchNamespaces, now, signal, ...image });
  }

  async #propose(proposal: Proposal, signal: AbortSignal): Promise<Next> {
    const { recovery, guard, plan, own, left, world } = proposal;
    const { metadata, status, spec } = recovery;
    const { client, clock, recoveries, locks, operatorImage } = this.#options;
    const now = clock.wallTime();
    // What is half done changes by itself.
    const basis = { recovery, guard, plan, operatorImage, ...(left ? {} : { world }) };
    const { hash, expires, hasExpired } = offerOf(basis, own, now);
    const planned = { plan, hash, expires };
    if (spec.dryRun) {
      await this.#writer.write(
        recovery,
        plannedStatus(recovery, 'Planned', 'dry run: nothing is done', planned),
        signal,
      );
      return undefined;
    }
    if (hasExpired) {
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
    const seen = await client.get<EtcdGuard & KubeObject>(etcdGuardKind, spec.guardName, metadata.namespace, {
      signal,
    });
    const approval = approvalOf(recovery, { plan, hash }, { ...guard, ...seen }, others, now);
    if (!approval.approved) return wait(approval.why, this.#againMs);
    const holder = await locks.take(metadata.namespace, guard.spec.statefulSetName, signal);
    if (holder !== undefined) return wait(`approved; waits for ${holder}, which has the lock of this etcd`, TURN_MS);
    // The plan stands in the status before anything is done.
    const shown =
      status?.planHash === hash
        ? recovery
        : await this.#writer.write(recovery, plannedStatus(recovery, 'Planned', 'approved; begins', planned), signal);
    return (await this.#begin({ ...proposal, recovery: shown, hash }, approval.by, signal)) ? 0 : TURN_MS;
  }

  /** Writes the journal. @returns false when another recovery was faster, or this one is over. */
  async #begin(
    { recovery: asked, guard, world, plan, hash, stored, left }: Proposal & { readonly hash: string },
    approvedBy: Journal['approvedBy'],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { client, clock, isLeader } = this.#options;
    if (approvedBy === 'Policy') await recordRun(client, guard, asked, clock.wallTime(), signal);
    const recovery = await hold(client, asked, signal);
    const { name, uid, namespace } = recovery.metadata;
    const { statefulSetName } = guard.spec;
    const current = new CurrentRecovery(recovery, statefulSetName, this.#writer, signal);
    const identity = { recovery: { name, uid }, planHash: hash, approvedBy, guard: approvedGuard(guard) };
    if (stored) {
      const announce = current.announcing(({ status = {} }) => status);
      const run = new Run(client, { namespace, statefulSetName }, stored, isLeader, announce, signal);
      const { replan: _replan, ending: _ending, ...kept } = stored.journal;
      // Steps are idempotent: a plan made again runs them all again, one taken up goes on with the first that is not done.
      const done = kept.steps.filter(({ state }) => state === 'Done');
      const notes = world && left ? refenced(kept.notes, world) : kept.notes;
      await run.replace({
        ...kept,
        ...identity,
        notes,
        ...(left ? { steps: done } : { details: plan.details, steps: [] }),
      });
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
    const next = nextJournal(journal);
    await current.announce(current.recovery.status ?? {}, undefined, next.digest);
    let created: StoredJournal;
    try {
      created = await createJournal(client, namespace, statefulSetName, next, signal);
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
