import { isDeepStrictEqual } from 'node:util';
import type { EtcdGuard, EtcdGuardStatus } from '../api/etcd-guard.ts';
import type { EtcdRecovery } from '../api/etcd-recovery.ts';
import { etcdGuardKind, etcdRecoveryKind } from '../api/names.ts';
import type { Log } from '../base/log.ts';
import type { ConnectMember } from '../etcd/member-client.ts';
import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists } from '../kube/errors.ts';
import type { GuardFacts, Rival } from './facts.ts';
import { judge } from './judgement.ts';
import { GuardMemory } from './memory.ts';
import { observe, type Sources } from './observe.ts';
import { usualPace } from './pace.ts';
import { recoveryToAskFor, snapshotToAskFor } from './recovery/ask.ts';
import { readJournal } from './recovery/journal.ts';
import { lastRepairEnd } from './recovery/repairs.ts';

/** What a reconciler works with. */
export interface GuardReconcilerOptions extends Sources {
  /** For what is written: the status of a guard, and the recoveries it asks for. */
  readonly writer: Pick<KubeClient, 'apply' | 'create'>;
  readonly guard: (namespace: string, name: string) => EtcdGuard | undefined;
  /** All guards of a namespace. */
  readonly guards: (namespace: string) => readonly EtcdGuard[];
  /** All recoveries of a namespace; undefined: they are not known, so none is asked for. */
  readonly recoveries: (namespace: string) => readonly EtcdRecovery[] | undefined;
  readonly connect: ConnectMember;
  readonly log: Log;
  /** Told of each judgement, for metrics. */
  readonly observed?: (guard: EtcdGuard, status: EtcdGuardStatus) => void;
}

/** Looks after guards, one look at a time: observe, diagnose, report, and ask for the recovery that repairs it. */
export class GuardReconciler implements Disposable {
  readonly #options: GuardReconcilerOptions;
  readonly #memories = new Map<string, GuardMemory>();

  constructor(options: GuardReconcilerOptions) {
    this.#options = options;
  }

  /**
   * One look at the etcd of a guard.
   *
   * @returns when to look again, milliseconds; undefined: the guard is gone.
   * @throws ApiError: look again later.
   */
  async reconcile(namespace: string, name: string, signal: AbortSignal): Promise<number | undefined> {
    const guard = this.#options.guard(namespace, name);
    if (!guard || guard.metadata.deletionTimestamp !== undefined) {
      this.#forget(`${namespace}/${name}`);
      return undefined;
    }
    const facts = await this.#observe(guard, signal);
    const status = judge(facts);
    if (!isDeepStrictEqual(status, guard.status)) {
      await this.#write(guard, status, signal);
      this.#logChange(guard, status);
    }
    this.#options.observed?.(guard, status);
    await this.#ask(facts, status, signal);
    const { observeMs } = this.#options.pace ?? usualPace;
    return isWell(status) ? observeMs : Math.round(observeMs / 3);
  }

  /** Closes every connection to etcd; the next look opens them again. */
  [Symbol.dispose](): void {
    for (const key of [...this.#memories.keys()]) this.#forget(key);
  }

  async #observe(guard: EtcdGuard, signal: AbortSignal): Promise<GuardFacts> {
    const { guards, recoveries, client } = this.#options;
    const { namespace, name } = guard.metadata;
    const { statefulSetName } = guard.spec;
    const known = recoveries(namespace);
    const others = guards(namespace).filter(({ spec }) => spec.statefulSetName === statefulSetName);
    const rival = rivalOf(guard, others);
    const isOurs = (guardName: string): boolean =>
      guardName === name || others.some(({ metadata }) => metadata.name === guardName);
    const ours = (known ?? []).filter(({ spec }) => isOurs(spec.guardName));
    const seen = await observe(guard, this.#options, this.#memoryOf(guard), signal, lastRepairEnd(ours));
    const stored = known && (await readJournal(client, namespace, statefulSetName, signal));
    return {
      ...seen,
      recoveries: ours,
      ...(stored && 'journal' in stored ? { journal: stored.journal } : {}),
      ...(rival ? { rival } : {}),
    };
  }

  /** Asks for what repairs an ailment; somebody else may have been faster. */
  async #ask(
    { guard, recoveries, journal, rival, now }: GuardFacts,
    status: EtcdGuardStatus,
    signal: AbortSignal,
  ): Promise<void> {
    const { writer, log } = this.#options;
    if (rival?.older || journal || !this.#options.recoveries(guard.metadata.namespace)) return;
    const due = status.diagnosis ? undefined : snapshotToAskFor(guard, recoveries, now);
    const wanted = recoveryToAskFor(guard, status, recoveries, now, this.#options.pace?.settledMs) ?? due;
    if (!wanted) return;
    try {
      await writer.create(etcdRecoveryKind, wanted, { signal });
      const { namespace, name } = guard.metadata;
      log.info({ etcdGuard: { namespace, name }, etcdRecovery: wanted.metadata.name }, 'asked for a recovery');
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  #memoryOf({ metadata: { namespace, name } }: EtcdGuard): GuardMemory {
    const key = `${namespace}/${name}`;
    const memory = this.#memories.get(key) ?? new GuardMemory(this.#options.connect);
    this.#memories.set(key, memory);
    return memory;
  }

  #forget(key: string): void {
    this.#memories.get(key)?.[Symbol.dispose]();
    this.#memories.delete(key);
  }

  async #write(
    { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } }: EtcdGuard,
    status: EtcdGuardStatus,
    signal: AbortSignal,
  ): Promise<void> {
    const object = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
    await this.#options.writer.apply(etcdGuardKind, object, { force: true, subresource: 'status', signal });
  }

  #logChange({ metadata: { namespace, name }, status: before }: EtcdGuard, { diagnosis }: EtcdGuardStatus): void {
    if (before?.diagnosis?.case === diagnosis?.case) return;
    const etcdGuard = { namespace, name };
    if (diagnosis)
      this.#options.log.warn({ etcdGuard, case: diagnosis.case, pods: diagnosis.pods }, diagnosis.evidence);
    else if (before) this.#options.log.info({ etcdGuard, was: before.diagnosis?.case }, 'etcd is well again');
  }
}

function isWell({ conditions }: EtcdGuardStatus): boolean {
  return conditions?.some(({ type, status }) => type === 'Healthy' && status === 'True') ?? false;
}

/** Another guard among those of the same etcd: an older one, if there is any. */
function rivalOf({ metadata }: EtcdGuard, guards: readonly EtcdGuard[]): Rival | undefined {
  const age = ({ creationTimestamp = '', uid }: EtcdGuard['metadata']): string => `${creationTimestamp} ${uid}`;
  const others = guards
    .filter((other) => other.metadata.uid !== metadata.uid && other.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => (age(a.metadata) < age(b.metadata) ? -1 : 1));
  const [oldest] = others;
  return oldest && { name: oldest.metadata.name, older: age(oldest.metadata) < age(metadata) };
}
