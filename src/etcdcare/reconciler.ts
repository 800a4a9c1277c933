import { isDeepStrictEqual } from 'node:util';
import type { EtcdGuard, EtcdGuardStatus } from '../api/etcd-guard.ts';
import { etcdGuardKind } from '../api/names.ts';
import type { Log } from '../base/log.ts';
import type { ConnectMember } from '../etcd/member-client.ts';
import type { KubeClient } from '../kube/client.ts';
import { judge } from './judgement.ts';
import { GuardMemory } from './memory.ts';
import { observe, type Sources } from './observe.ts';

/** What a reconciler works with. */
export interface GuardReconcilerOptions extends Sources {
  /** For the one thing that is ever written: the status of a guard. */
  readonly writer: Pick<KubeClient, 'apply'>;
  readonly guard: (namespace: string, name: string) => EtcdGuard | undefined;
  readonly connect: ConnectMember;
  readonly log: Log;
  /** Told of each judgement, for metrics. */
  readonly observed?: (guard: EtcdGuard, status: EtcdGuardStatus) => void;
}

/** While all is well. */
const LOOK_MS = 30_000;
/** While something is wrong. */
const CLOSER_LOOK_MS = 10_000;

/** Looks after guards, one look at a time: observe, diagnose, report. It changes nothing but their status. */
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
    const facts = await observe(guard, this.#options, this.#memoryOf(guard), signal);
    const status = judge(facts);
    if (!isDeepStrictEqual(status, guard.status)) {
      await this.#write(guard, status, signal);
      this.#logChange(guard, status);
    }
    this.#options.observed?.(guard, status);
    return isWell(status) ? LOOK_MS : CLOSER_LOOK_MS;
  }

  /** Closes every connection to etcd; the next look opens them again. */
  [Symbol.dispose](): void {
    for (const key of [...this.#memories.keys()]) this.#forget(key);
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
