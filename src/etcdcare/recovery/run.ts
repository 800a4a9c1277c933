import type { EtcdRecovery, RecoveryStep } from '../../api/etcd-recovery.ts';
import { fencedClient, TakenOver } from './fence.ts';
import { nextJournal, readJournal, updateJournal, type Journal, type StoredJournal } from './journal.ts';
import type { Remedy, Step, StepOutcome, Work } from './remedy.ts';
import { make, undo, type TemporaryChange } from './temporary-change.ts';

/** A step that is not done within this time has failed, milliseconds. */
const STEP_WITHIN_MS = 20 * 60_000;
/** What the CRD accepts (maxLength). */
const MAX_MESSAGE = 2048;

/**
 * Writes into the EtcdRecovery's status that a version of the journal is about to be written, without which it would not
 * count.
 *
 * @param current the digest of the version that is there
 */
export type Announce = (journal: Journal, current: string, next: string) => Promise<void>;

/** The journal of a run, with the way to write it. Every write is a new version: two operators cannot both go on. */
export class Run {
  #stored: StoredJournal;
  readonly #api: Work['client'];
  /** By which everything but the journal is changed: each change only while the journal is as this run left it. */
  readonly client: Work['client'];
  readonly #where: { readonly namespace: string; readonly statefulSetName: string };
  readonly #signal: AbortSignal;
  readonly #isLeader: () => boolean;
  readonly #announce: Announce;

  constructor(
    client: Work['client'],
    where: { readonly namespace: string; readonly statefulSetName: string },
    stored: StoredJournal,
    isLeader: () => boolean,
    announce: Announce,
    signal: AbortSignal,
  ) {
    this.#api = client;
    this.client = fencedClient(client, () => this.ours());
    this.#where = where;
    this.#stored = stored;
    this.#isLeader = isLeader;
    this.#announce = announce;
    this.#signal = signal;
  }

  /** @throws TakenOver when another operator has gone on since; ApiError */
  async ours(): Promise<void> {
    const { namespace, statefulSetName } = this.#where;
    const now = this.#isLeader() && (await readJournal(this.#api, namespace, statefulSetName, this.#signal));
    if (!now || now.resourceVersion !== this.#stored.resourceVersion || !this.#isLeader()) throw new TakenOver();
  }

  /** As it was last written. */
  get journal(): Journal {
    return this.#stored.journal;
  }

  /** Writes what is new. @throws ApiError; isConflict: another operator went on. */
  write(change: Partial<Journal>): Promise<void> {
    return this.replace({ ...this.journal, ...change });
  }

  /** @throws ApiError; isConflict: another operator went on. */
  async replace(journal: Journal): Promise<void> {
    const { namespace, statefulSetName } = this.#where;
    const next = nextJournal(journal);
    await this.#announce(journal, this.#stored.digest, next.digest);
    this.#stored = await updateJournal(this.#api, namespace, statefulSetName, this.#stored, next, this.#signal);
  }

  /** Journals a change with what puts it back, then makes it, of the very version that was looked at. */
  async change(change: TemporaryChange, resourceVersion: string): Promise<void> {
    await this.remember(change);
    const journalled = this.journal.changes.find(({ name }) => name === change.name) ?? change;
    await make(this.client, journalled, resourceVersion, this.#signal);
  }

  /** Journals a change that somebody else makes. */
  async remember(change: TemporaryChange): Promise<void> {
    const { changes } = this.journal;
    if (!changes.some(({ name }) => name === change.name)) await this.write({ changes: [...changes, change] });
  }

  /** Puts a change back and forgets it. */
  async putBack(name: string): Promise<void> {
    const found = this.journal.changes.find((change) => change.name === name);
    if (!found) return;
    await undo(this.client, found, this.#signal);
    await this.write({ changes: this.journal.changes.filter((change) => change !== found) });
  }

  /** Forgets a change without putting it back. */
  async forget(name: string): Promise<void> {
    const changes = this.journal.changes.filter((change) => change.name !== name);
    if (changes.length < this.journal.changes.length) await this.write({ changes });
  }

  /** Puts back everything, the newest first. */
  async putAllBack(): Promise<void> {
    for (const { name } of this.journal.changes.toReversed()) await this.putBack(name);
  }

  /** Records that a step begins; one that was begun before keeps its time. */
  async begin({ name }: Step, now: Date): Promise<RecoveryStep> {
    const known = this.journal.steps.find((step) => step.name === name);
    if (known) return known;
    const begun: RecoveryStep = { name, state: 'Running', startTime: now.toISOString() };
    await this.write({ steps: [...this.journal.steps, begun] });
    return begun;
  }

  /** Records what one run of a step came to. */
  async record({ name }: Step, outcome: StepOutcome, now: Date): Promise<void> {
    const message = outcome.message.slice(0, MAX_MESSAGE);
    const steps = this.journal.steps.map((step) =>
      step.name === name ? { ...step, ...progress(outcome, now), message } : step,
    );
    const notes = { ...this.journal.notes, ...('notes' in outcome ? outcome.notes : {}) };
    switch (outcome.state) {
      case 'Waiting': {
        const said = this.journal.steps.find((step) => step.name === name)?.message;
        if (said !== message || outcome.notes) await this.write({ steps, notes });
        return;
      }
      case 'Done':
        return this.write({ steps, notes });
      case 'Failed': {
        const { keepChanges } = outcome;
        return this.write({
          steps,
          ending: { state: 'Failed', message: outcome.message, ...(keepChanges ? { keepChanges } : {}) },
        });
      }
      case 'Over':
        return this.write({ steps, ending: { state: 'Cancelled', message: outcome.message } });
      case 'Replan':
        return this.write({
          steps,
          replan: { why: outcome.message, ...(outcome.needsPerson ? { needsPerson: true } : {}) },
        });
    }
  }
}

/** The first step that is not done. */
export function nextStep({ steps }: Remedy, { steps: begun }: Journal): Step | undefined {
  return steps.find(({ name }) => begun.find((step) => step.name === name)?.state !== 'Done');
}

/** A step that waits for too long has failed. */
export function overdue(step: Step, begun: RecoveryStep, outcome: StepOutcome, now: Date): StepOutcome {
  const within = step.withinMs ?? STEP_WITHIN_MS;
  if (outcome.state !== 'Waiting' || now.getTime() - Date.parse(begun.startTime ?? '') < within) return outcome;
  return {
    state: 'Failed',
    message: `${step.name} was not done within ${within / 60_000} min: ${outcome.message}`,
    ...(step.keepsChanges ? { keepChanges: true } : {}),
  };
}

/** Whether a person has asked to stop, or deleted the recovery, and it is safe to, before this step or in it. */
export function stopsAt(recovery: EtcdRecovery, step: Step): boolean {
  return isCancelled(recovery) && step.safeToStop;
}

/** Whether it shall stop: by `spec.cancel`, or because somebody deleted it. */
export function isCancelled({ spec, metadata }: EtcdRecovery): boolean {
  return spec.cancel || metadata.deletionTimestamp !== undefined;
}

function progress({ state }: StepOutcome, now: Date): Pick<RecoveryStep, 'state' | 'endTime'> {
  if (state === 'Waiting') return { state: 'Running' };
  if (state === 'Over') return { state: 'Running', endTime: now.toISOString() };
  return { state: state === 'Done' ? 'Done' : 'Failed', endTime: now.toISOString() };
}
