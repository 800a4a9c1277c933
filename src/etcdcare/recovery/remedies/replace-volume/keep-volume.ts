import { persistentVolumeKind } from '../../../../kube/kinds.ts';
import { textOf } from '../../details.ts';
import type { Step } from '../../remedy.ts';
import { outlivesItsClaim, readVolume } from './volume.ts';

/** The volume outlives its claim from here on: Kubernetes never removes what is on it. */
export const keepVolume: Step = {
  name: 'KeepVolume',
  safeToStop: true,
  run: async (work) => {
    const name = textOf(work.details, 'volume');
    if (name === '') return { state: 'Done', message: 'the claim never had a volume' };
    const volume = await readVolume(work, name);
    if (!volume) return { state: 'Done', message: `there is no PersistentVolume ${name} any more` };
    if (outlivesItsClaim(volume)) return { state: 'Done', message: `${name} reads Retain: it is kept` };
    const patch = { metadata: { uid: volume.metadata.uid }, spec: { persistentVolumeReclaimPolicy: 'Retain' } };
    await work.client.mergePatch(persistentVolumeKind, name, undefined, patch, { signal: work.signal });
    return { state: 'Waiting', message: `${name} was told to stay; reads it back`, againMs: 0 };
  },
};
