import type { EtcdRecovery } from '../../api/etcd-recovery.ts';
import { etcdRecoveryKind, GROUP } from '../../api/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/objects.ts';

/**
 * On an EtcdRecovery from before its first change until everything it changed is put back. One that is deleted meanwhile
 * stops at the next safe point, and only then goes: its status is what its journal is judged by.
 */
export const FINALIZER = `${GROUP}/etcd-recovery`;

/** Whether a recovery has the finalizer. */
export const isHeld = ({ metadata: { finalizers = [] } }: EtcdRecovery): boolean => finalizers.includes(FINALIZER);

/** Adds the finalizer. @returns the recovery with it. @throws ApiError; isConflict: somebody wrote in between */
export async function hold(
  client: Pick<KubeClient, 'mergePatch'>,
  recovery: EtcdRecovery,
  signal: AbortSignal,
): Promise<EtcdRecovery> {
  if (isHeld(recovery)) return recovery;
  const finalizers = [...(recovery.metadata.finalizers ?? []), FINALIZER];
  const { resourceVersion } = (await write(client, recovery, finalizers, signal)).metadata;
  return {
    ...recovery,
    metadata: { ...recovery.metadata, finalizers, ...(resourceVersion ? { resourceVersion } : {}) },
  };
}

/** Takes the finalizer away. @throws ApiError; isConflict: somebody wrote in between */
export async function letGo(
  client: Pick<KubeClient, 'mergePatch'>,
  recovery: EtcdRecovery,
  signal: AbortSignal,
): Promise<void> {
  if (!isHeld(recovery)) return;
  const finalizers = (recovery.metadata.finalizers ?? []).filter((one) => one !== FINALIZER);
  try {
    await write(client, recovery, finalizers, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function write(
  client: Pick<KubeClient, 'mergePatch'>,
  { metadata: { name, namespace, uid, resourceVersion } }: EtcdRecovery,
  finalizers: readonly string[],
  signal: AbortSignal,
): Promise<KubeObject> {
  const patch = { metadata: { uid, resourceVersion, finalizers } };
  return client.mergePatch<KubeObject>(etcdRecoveryKind, name, namespace, patch, { signal });
}
