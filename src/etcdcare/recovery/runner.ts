import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { EtcdRecovery, EtcdRecoveryStatus } from '../../api/etcd-recovery.ts';
import { asApproved } from './approved-guard.ts';
import { CurrentRecovery } from './current-recovery.ts';
import type { Etcds } from './etcds.ts';
import { fencedMember, TakenOver } from './fence.ts';
import type { Journal, StoredJournal } from './journal.ts';
import { TURN_MS, type RecoveryReconcilerOptions } from './options.ts';
import { WorldUnseen, type Step, type StepOutcome, type Work } from './remedy.ts';
import { nextStep, overdue, Run, stopsAt } from './run.ts';
import type { StatusWriter } from './status-writer.ts';
import { messageOf, runningStatus } from './status.ts';
import { summarise } from './store-summary.ts';
import { observeWorld, type EtcdWorld } from './world.ts';

/** After an error in a step, milliseconds. */
const AGAIN_MS = 2_000;

/** Carries out what was approved, step by step, and puts back what was for the time. */
export class Runner {
  readonly #options: RecoveryReconcilerOptions;
  readonly #etcds: Etcds;
  readonly #writer: StatusWriter;

  constructor(options: RecoveryReconcilerOptions, etcds: Etcds, writer: StatusWriter) {
    this.#options = options;
    this.#etcds = etcds;
    this.#writer = writer;
  }

  /**
   * Goes on from what the journal says until a step waits or all is done.
   *
   * @returns the recovery when it has ended; when to look again, milliseconds, else.
   * @throws ApiError; isConflict: another operator went on.
   */
  async run(
    recovery: EtcdRecovery,
    guard: EtcdGuard,
    stored: StoredJournal,
    signal: AbortSignal,
  ): Promise<EtcdRecovery | number> {
    const { client, locks, isLeader, clock } = this.#options;
    const { namespace } = recovery.metadata;
    const { statefulSetName } = guard.spec;
    const remedy = this.#options.remedy(recovery.spec.action);
    const current = new CurrentRecovery(recovery, statefulSetName, this.#writer, signal);
    const announce = current.announcing((now, journal) => runningStatus(now, remedy, journal, messageOf(journal)));
    const run = new Run(client, { namespace, statefulSetName }, stored, isLeader, announce, signal);
    const tell = (message: string): Promise<void> =>
      current.write(runningStatus(current.recovery, remedy, run.journal, message));
    while (isLeader()) {
      if ((await locks.take(namespace, statefulSetName, signal)) !== undefined) return TURN_MS;
      const { ending } = run.journal;
      if (ending) return this.#finish(current, guard, run, ending, signal);
      const step = nextStep(remedy, run.journal);
      if (!step || stopsAt(recovery, step)) {
        await run.write({ ending: endingFor(step, run.journal) });
        continue;
      }
      const begun = await run.begin(step, clock.wallTime());
      await tell(messageOf(run.journal));
      const work = this.#workOf(recovery, guard, run, new Date(begun.startTime ?? 0), signal);
      const outcome = overdue(step, begun, await this.#try(step, work), clock.wallTime());
      await run.record(step, outcome, clock.wallTime());
      if (outcome.state !== 'Waiting') this.#log(recovery, step, outcome);
      else if (outcome.againMs > 0) {
        await tell(outcome.message);
        return outcome.againMs;
      }
      if (outcome.state === 'Replan') return 0;
    }
    return TURN_MS;
  }

  /** What goes wrong in a step is no end of it: it is told and tried again, until the step is overdue. */
  async #try(step: Step, work: Work): Promise<StepOutcome> {
    try {
      return await step.run(work);
    } catch (error) {
      work.signal.throwIfAborted();
      if (error instanceof TakenOver) throw error;
      if (!(error instanceof WorldUnseen)) this.#options.log.warn({ err: error, step: step.name }, 'a step failed');
      return { state: 'Waiting', message: error instanceof Error ? error.message : String(error), againMs: AGAIN_MS };
    }
  }

  /** Puts back and says that it is over; whoever comes after an interruption does the rest. */
  async #finish(
    current: CurrentRecovery,
    guard: EtcdGuard,
    run: Run,
    ending: NonNullable<Journal['ending']>,
    signal: AbortSignal,
  ): Promise<EtcdRecovery> {
    if (!ending.keepChanges) await run.putAllBack();
    const { recovery } = current;
    const after = ending.state === 'Succeeded' ? await this.#summary(recovery, guard, signal) : undefined;
    const remedy = this.#options.remedy(recovery.spec.action);
    const status = { ...runningStatus(recovery, remedy, run.journal, ending.message), ...(after ? { after } : {}) };
    return this.#writer.end({ ...recovery, status }, ending.state, ending.message, signal);
  }

  #workOf(recovery: EtcdRecovery, now: EtcdGuard, run: Run, stepStarted: Date, signal: AbortSignal): Work {
    const { clock, operatorImage, watchNamespaces } = this.#options;
    const { memory, members } = this.#etcds.of(recovery);
    const guard = asApproved(now, run.journal.guard);
    let seen: EtcdWorld | undefined;
    const look = async (): Promise<EtcdWorld> => {
      const world = await observeWorld(guard, this.#options, memory, signal);
      if ('why' in world) throw new WorldUnseen(world.why);
      return (seen = world);
    };
    return {
      recovery,
      guard,
      client: run.client,
      watchNamespaces,
      now: clock.wallTime(),
      signal,
      details: run.journal.details,
      notes: run.journal.notes,
      changes: run.journal.changes,
      stepStarted,
      look,
      member: async (podName) => fencedMember(await members.of(seen ?? (await look()), podName), () => run.ours()),
      change: (change, resourceVersion) => run.change(change, resourceVersion),
      remember: (change) => run.remember(change),
      putBack: (name) => run.putBack(name),
      forget: (name) => run.forget(name),
      ...(operatorImage === undefined ? {} : { operatorImage }),
    };
  }

  async #summary(recovery: EtcdRecovery, guard: EtcdGuard, signal: AbortSignal): Promise<EtcdRecoveryStatus['after']> {
    const { memory, members } = this.#etcds.of(recovery);
    const world = await observeWorld(guard, this.#options, memory, signal);
    return 'why' in world ? undefined : summarise(world, (pod) => members.of(world, pod), signal);
  }

  #log({ metadata: { namespace, name } }: EtcdRecovery, step: Step, { state, message }: StepOutcome): void {
    this.#options.log.info({ etcdRecovery: { namespace, name }, step: step.name, state }, message);
  }
}

/** How a recovery ends that has no further step, or is cancelled before one. */
function endingFor(cancelledAt: Step | undefined, { steps }: Journal): NonNullable<Journal['ending']> {
  return cancelledAt
    ? { state: 'Cancelled', message: `cancelled at ${cancelledAt.name}; what was changed for the time was put back` }
    : { state: 'Succeeded', message: steps.at(-1)?.message ?? 'done' };
}
