import { persistentVolumeKind } from '../../../../kube/kinds.ts';
import { textOf } from '../../details.ts';
import type { Step } from '../../remedy.ts';
import { isGivenTo, outlivesItsClaim, readVolume } from './volume.ts';

/** The volume outlives its claim from here on: Kubernetes never removes what is on it. */
export const keepVolume: Step = {
  name: 'KeepVolume',
  safeToStop: true,
  run: async (work) => {
    const name = textOf(work.details, 'volume');
    if (name === '') return { state: 'Done', message: 'the claim never had a volume' };
    const volume = await readVolume(work, name);
    if (!volume) return { state: 'Done', message: `there is no PersistentVolume ${name} any more` };
    const claim = { namespace: work.guard.metadata.namespace, uid: textOf(work.details, 'claim') };
    if (!isGivenTo(volume, claim))
      return {
        state: 'Failed',
        message: `PersistentVolume ${name} is not that of the claim any more that this plan is about: it was left as it is. Make another EtcdRecovery of the same action`,
      };
    if (outlivesItsClaim(volume)) return { state: 'Done', message: `${name} reads Retain: it is kept` };
    const { uid, resourceVersion } = volume.metadata;
    const patch = { metadata: { uid, resourceVersion }, spec: { persistentVolumeReclaimPolicy: 'Retain' } };
    await work.client.mergePatch(persistentVolumeKind, name, undefined, patch, { signal: work.signal });
    return { state: 'Waiting', message: `${name} was told to stay; reads it back`, againMs: 0 };
  },
};
