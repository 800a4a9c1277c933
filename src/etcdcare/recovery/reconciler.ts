import type { EtcdGuard } from '../../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery } from '../../api/etcd-recovery.ts';
import { etcdRecoveryKind } from '../../api/names.ts';
import { Etcds } from './etcds.ts';
import { TakenOver } from './fence.ts';
import { isHeld, letGo } from './finalizer.ts';
import { misfit } from './journal-fit.ts';
import { countsFor, forged } from './journal-proof.ts';
import { deleteJournal, readJournal, type StoredJournal } from './journal.ts';
import { TURN_MS, type RecoveryReconcilerOptions } from './options.ts';
import { Planner } from './planner.ts';
import { isCancelled } from './run.ts';
import { Runner } from './runner.ts';
import { StatusWriter } from './status-writer.ts';
import { plannedStatus } from './status.ts';

/** While its guard is not there, milliseconds. */
const LOOK_MS = 15_000;

/** Looks after recoveries: plans, has the plan approved, carries it out, and clears up after it. */
export class RecoveryReconciler implements Disposable {
  readonly #options: RecoveryReconcilerOptions;
  readonly #etcds: Etcds;
  readonly #writer: StatusWriter;
  readonly #planner: Planner;
  readonly #runner: Runner;

  constructor(options: RecoveryReconcilerOptions) {
    this.#options = options;
    this.#etcds = new Etcds(options);
    this.#writer = new StatusWriter(options);
    this.#planner = new Planner(options, this.#etcds, this.#writer);
    this.#runner = new Runner(options, this.#etcds, this.#writer);
  }

  /**
   * One look at a recovery. It is read anew: what a cache holds may be older than what this process did.
   *
   * @returns when to look again, milliseconds; undefined: when something about it changes.
   * @throws ApiError: look again later.
   */
  async reconcile(namespace: string, name: string, signal: AbortSignal): Promise<number | undefined> {
    const { client } = this.#options;
    const recovery = await client.get<EtcdRecovery>(etcdRecoveryKind, name, namespace, { signal });
    const isGoing = recovery?.metadata.deletionTimestamp !== undefined;
    if (!recovery || (isGoing && !isHeld(recovery))) {
      this.#etcds.forget(namespace, name);
      return undefined;
    }
    if (isGoing) {
      const journal = await this.#journalOf(recovery, signal);
      if (!journal || !countsFor(recovery, journal.stored)) {
        this.#etcds.forget(namespace, name);
        await letGo(client, recovery, signal);
        return undefined;
      }
    }
    const guard = this.#options.guard(namespace, recovery.spec.guardName);
    if (hasEnded(recovery)) {
      // Its spec may have changed since: kstatus counts what was observed of an earlier one for nothing.
      const told = isGoing ? recovery : await this.#writer.write(recovery, recovery.status ?? {}, signal);
      return this.#afterEnd(told, signal);
    }
    if (!guard) {
      const else_ = isGoing ? 'so that what is changed can be put back' : 'or delete this';
      const why = `there is no EtcdGuard ${recovery.spec.guardName} in namespace ${namespace}: make it, ${else_}`;
      const { status } = recovery;
      const running = status?.state === 'Running' ? { ...status, message: why } : undefined;
      await this.#writer.write(recovery, running ?? plannedStatus(recovery, 'Planned', why), signal);
      return LOOK_MS;
    }
    try {
      return await this.#goOn(recovery, guard, signal);
    } catch (error) {
      if (!(error instanceof TakenOver)) throw error;
      this.#options.log.info({ etcdRecovery: { namespace, name } }, error.message);
      return TURN_MS;
    }
  }

  /**
   * Says of a recovery that it has to wait until it is looked at.
   *
   * @throws ApiError; isConflict: it has been looked at by now.
   */
  introduce(recovery: EtcdRecovery, signal: AbortSignal): Promise<EtcdRecovery> {
    const why =
      'waits for the operator, which is busy with other EtcdRecoveries; planning begins as soon as it has time';
    return this.#writer.write(recovery, plannedStatus(recovery, 'Planned', why), signal);
  }

  /** Closes every connection to etcd; the next look opens them again. */
  [Symbol.dispose](): void {
    this.#etcds[Symbol.dispose]();
  }

  async #goOn(recovery: EtcdRecovery, guard: EtcdGuard, signal: AbortSignal): Promise<number | undefined> {
    const { namespace, uid } = recovery.metadata;
    const { statefulSetName } = guard.spec;
    const found = await readJournal(this.#options.client, namespace, statefulSetName, signal);
    const runs = recovery.status?.state === 'Running';
    if (found && 'unreadable' in found && runs && countsFor(recovery, found)) {
      const why = `its journal was written by another version of the operator, which has to end it: ${found.unreadable}`;
      await this.#writer.write(recovery, { ...recovery.status, message: why }, signal);
      return TURN_MS;
    }
    const own = found && 'journal' in found && found.journal.recovery.uid === uid ? found : undefined;
    if (found && (own ?? runs) && !countsFor(recovery, found))
      return this.#fail(recovery, forged(namespace, statefulSetName), signal);
    if (runs && !own) {
      const why = 'its journal was removed by somebody: status.temporaryChanges lists what has to be put back by hand';
      return this.#fail(recovery, why, signal);
    }
    if (!own || (own.journal.replan !== undefined && !isCancelled(recovery)))
      return this.#planner.plan(recovery, guard, found, signal);
    const why = misfit(own.journal, recovery, guard, this.#options.remedy(recovery.spec.action));
    if (why !== undefined) return this.#fail(recovery, `its journal does not fit: ${why}`, signal);
    const ended = await this.#runner.run(recovery, guard, own, signal);
    return typeof ended === 'number' ? ended : this.#afterEnd(ended, signal);
  }

  /** Nothing is done by a journal that cannot be trusted, nor to it. */
  async #fail(recovery: EtcdRecovery, why: string, signal: AbortSignal): Promise<undefined> {
    await this.#writer.end(recovery, 'Failed', why, signal);
    return undefined;
  }

  /** Forgets the journal only when the status says how it ended and nothing is left to be put back. */
  async #afterEnd(recovery: EtcdRecovery, signal: AbortSignal): Promise<number | undefined> {
    const { client, clock, locks } = this.#options;
    const { metadata, spec, status } = recovery;
    const { namespace, name, uid } = metadata;
    this.#etcds.forget(namespace, name);
    const journal = await this.#journalOf(recovery, signal);
    const isEmpty = journal?.stored.journal.changes.length === 0;
    if (journal && isEmpty) {
      await deleteJournal(client, namespace, journal.statefulSetName, journal.stored, signal);
      await locks.release(namespace, journal.statefulSetName, signal);
    }
    // What is left another EtcdRecovery goes on with, for which this one has to be there.
    const isLeft = journal && !isEmpty && countsFor(recovery, journal.stored);
    if (!isLeft) await letGo(client, recovery, signal);
    else if (metadata.deletionTimestamp !== undefined) return LOOK_MS;
    if (spec.ttlSecondsAfterFinished === undefined || status?.endTime === undefined) return undefined;
    const leftMs = Date.parse(status.endTime) + spec.ttlSecondsAfterFinished * 1000 - clock.wallTime().getTime();
    if (leftMs > 0) return leftMs;
    await client.delete(etcdRecoveryKind, name, namespace, { uid, signal });
    return undefined;
  }

  /** The journal that says it is of this recovery, where the recovery has written one. */
  async #journalOf(
    { metadata: { namespace, uid }, status }: EtcdRecovery,
    signal: AbortSignal,
  ): Promise<{ readonly stored: StoredJournal; readonly statefulSetName: string } | undefined> {
    const statefulSetName = status?.journal?.statefulSetName;
    if (statefulSetName === undefined) return undefined;
    const found = await readJournal(this.#options.client, namespace, statefulSetName, signal);
    if (!found || !('journal' in found) || found.journal.recovery.uid !== uid) return undefined;
    return { stored: found, statefulSetName };
  }
}
