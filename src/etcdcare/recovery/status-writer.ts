import { isDeepStrictEqual } from 'node:util';
import type { EtcdRecovery, EtcdRecoveryStatus, RecoveryState } from '../../api/etcd-recovery.ts';
import { etcdRecoveryKind } from '../../api/names.ts';
import { conditionsOf } from './conditions.ts';
import type { RecoveryReconcilerOptions } from './options.ts';
import { endedStatus } from './status.ts';

/** Writes what a recovery's status shall say, with the conditions that follow from it, when it says anything new. */
export class StatusWriter {
  readonly #options: Pick<RecoveryReconcilerOptions, 'client' | 'changed' | 'clock'>;

  constructor(options: Pick<RecoveryReconcilerOptions, 'client' | 'changed' | 'clock'>) {
    this.#options = options;
  }

  /**
   * Only of the version that was read: a late word of an operator that was held up must not cover how it ended.
   *
   * @returns the recovery with that status.
   * @throws ApiError; isConflict: somebody wrote in between, look again.
   */
  async write(recovery: EtcdRecovery, wanted: EtcdRecoveryStatus, signal: AbortSignal): Promise<EtcdRecovery> {
    const { client, changed, clock } = this.#options;
    const conditions = conditionsOf(recovery, wanted, clock.wallTime());
    const status = { ...wanted, observedGeneration: recovery.metadata.generation, conditions };
    if (isDeepStrictEqual(status, recovery.status)) return recovery;
    const { apiVersion, kind, metadata } = recovery;
    const { name, namespace, uid, resourceVersion } = metadata;
    const object = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
    const written = await client.apply(etcdRecoveryKind, object, { force: true, subresource: 'status', signal });
    changed?.(recovery, status);
    return { ...recovery, metadata: { ...metadata, resourceVersion: written.metadata.resourceVersion }, status };
  }

  /** Says that it is over. @throws ApiError */
  end(
    recovery: EtcdRecovery,
    state: Exclude<RecoveryState, 'Planned' | 'AwaitingApproval' | 'Running'>,
    message: string,
    signal: AbortSignal,
  ): Promise<EtcdRecovery> {
    return this.write(recovery, endedStatus(recovery, state, message, this.#options.clock.wallTime()), signal);
  }
}
