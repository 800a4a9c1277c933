import { persistentVolumeKind } from '../../../../kube/kinds.ts';
import type { KubeObject, Stored } from '../../../../kube/objects.ts';
import type { Planning } from '../../remedy.ts';

/** v1.PersistentVolume as far as it is read. */
export interface Volume extends KubeObject {
  readonly spec?: {
    readonly persistentVolumeReclaimPolicy?: string;
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
  };
  readonly status?: { readonly phase?: string };
}

/** @returns undefined when there is none of that name. @throws ApiError; isForbidden: it may not be read. */
export function readVolume(
  { client, signal }: Pick<Planning, 'client' | 'signal'>,
  name: string,
): Promise<Stored<Volume> | undefined> {
  return client.get<Volume>(persistentVolumeKind, name, undefined, { signal });
}

/** Whether a volume is given to this very claim, and to no other of its name. */
export function isGivenTo(
  { spec }: Volume,
  { namespace, uid }: { readonly namespace: string; readonly uid: string },
): boolean {
  return spec?.claimRef?.namespace === namespace && spec.claimRef.uid === uid;
}

/** Whether a volume outlives its claim. One that is gone has nothing left to be kept. */
export const outlivesItsClaim = (volume: Volume | undefined): boolean =>
  volume === undefined || volume.spec?.persistentVolumeReclaimPolicy === 'Retain';
