import { podKind } from '../../../kube/kinds.ts';
import { isConflict } from '../../../kube/errors.ts';
import type { PodFacts } from '../../pod-facts.ts';
import type { Work } from '../remedy.ts';

/** Whether the kubelet waits, up to five minutes, before it starts the container again. */
export function inBackOff({ container, terminating }: PodFacts): boolean {
  return !terminating && container.state === 'Waiting' && container.reason === 'CrashLoopBackOff';
}

/**
 * Deletes a pod so that it starts anew and at once, but only this very one, as it was looked at: one that has come up
 * meanwhile, and what takes its place, is left alone.
 *
 * @returns whether it was deleted.
 */
export async function restartOnce(
  { client, recovery, signal }: Pick<Work, 'client' | 'recovery' | 'signal'>,
  { name, uid, resourceVersion, terminating }: PodFacts,
  onlyUid: string,
): Promise<boolean> {
  if (uid !== onlyUid || terminating) return false;
  try {
    return await client.delete(podKind, name, recovery.metadata.namespace, { uid, resourceVersion, signal });
  } catch (error) {
    if (!isConflict(error)) throw error;
    return false;
  }
}
