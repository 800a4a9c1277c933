import type { EtcdGuard } from '../../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery } from '../../api/etcd-recovery.ts';
import { etcdRecoveryKind } from '../../api/names.ts';
import { Etcds } from './etcds.ts';
import { TakenOver } from './fence.ts';
import { deleteJournal, readJournal } from './journal.ts';
import { TURN_MS, type RecoveryReconcilerOptions } from './options.ts';
import { Planner } from './planner.ts';
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
    if (!recovery || recovery.metadata.deletionTimestamp !== undefined) {
      this.#etcds.forget(namespace, name);
      return undefined;
    }
    const guard = this.#options.guard(namespace, recovery.spec.guardName);
    if (hasEnded(recovery)) return this.#afterEnd(recovery, guard, signal);
    if (!guard) {
      const why = `there is no EtcdGuard ${recovery.spec.guardName} in namespace ${namespace}: make it, or delete this`;
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

  /** Closes every connection to etcd; the next look opens them again. */
  [Symbol.dispose](): void {
    this.#etcds[Symbol.dispose]();
  }

  async #goOn(recovery: EtcdRecovery, guard: EtcdGuard, signal: AbortSignal): Promise<number | undefined> {
    const { namespace, uid } = recovery.metadata;
    const stored = await readJournal(this.#options.client, namespace, guard.spec.statefulSetName, signal);
    const own = stored?.journal.recovery.uid === uid ? stored : undefined;
    if (recovery.status?.state === 'Running' && !own) {
      const why = 'its journal was removed by somebody: status.temporaryChanges lists what has to be put back by hand';
      await this.#writer.end(recovery, 'Failed', why, signal);
      return undefined;
    }
    if (own && (own.journal.replan === undefined || recovery.spec.cancel))
      return this.#afterRun(await this.#runner.run(recovery, guard, own, signal), guard, signal);
    return this.#planner.plan(recovery, guard, stored, signal);
  }

  async #afterRun(ended: EtcdRecovery | number, guard: EtcdGuard, signal: AbortSignal): Promise<number | undefined> {
    return typeof ended === 'number' ? ended : this.#afterEnd(ended, guard, signal);
  }

  /** Forgets the journal only when it is told how it ended and nothing is left to be put back. */
  async #afterEnd(
    { metadata: { namespace, name, uid }, spec, status }: EtcdRecovery,
    guard: EtcdGuard | undefined,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { client, clock, locks } = this.#options;
    this.#etcds.forget(namespace, name);
    if (guard) {
      const { statefulSetName } = guard.spec;
      const stored = await readJournal(client, namespace, statefulSetName, signal);
      if (stored?.journal.recovery.uid === uid && stored.journal.changes.length === 0) {
        await deleteJournal(client, namespace, statefulSetName, stored, signal);
        await locks.release(namespace, statefulSetName, signal);
      }
    }
    if (spec.ttlSecondsAfterFinished === undefined || status?.endTime === undefined) return undefined;
    const leftMs = Date.parse(status.endTime) + spec.ttlSecondsAfterFinished * 1000 - clock.wallTime().getTime();
    if (leftMs > 0) return leftMs;
    await client.delete(etcdRecoveryKind, name, namespace, { uid, signal });
    return undefined;
  }
}
