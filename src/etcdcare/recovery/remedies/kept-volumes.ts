import { z } from 'zod';
import { isForbidden } from '../../../kube/errors.ts';
import { persistentVolumeKind } from '../../../kube/kinds.ts';
import { textsOf } from '../details.ts';
import type { Json, Planning, Step } from '../remedy.ts';
import { memberPods, type EtcdWorld } from '../world.ts';
import { readVolume, type Volume } from './replace-volume/volume.ts';

/** A PersistentVolume that outlived its claim. */
export interface KeptVolume {
  readonly name: string;
  readonly uid: string;
  /** The pod whose data it held. */
  readonly pod: string;
}

/** Where the step before notes what it has removed from volumes. */
export const REMOVED = 'removed';
/** Where volumes stand in the details of a plan: uids by name. */
const VOLUMES = 'volumes';

const uidsByName = z.record(z.string(), z.string());

/** The same for a journal that is read back. */
export const volumeDetailsShape = { [VOLUMES]: z.exactOptional(uidsByName) };

/** Waits for nobody: its claim is gone, and Kubernetes leaves it alone. */
const isKept = ({ spec, status }: Volume): boolean =>
  status?.phase === 'Released' && spec?.persistentVolumeReclaimPolicy === 'Retain';

/**
 * The volumes that members of this etcd had and that were kept when they got others.
 *
 * @returns undefined when they may not be listed.
 * @throws ApiError
 */
export async function keptVolumes(
  { client, signal }: Pick<Planning, 'client' | 'signal'>,
  { facts: { setup } }: Pick<EtcdWorld, 'facts'>,
  pods: readonly string[],
): Promise<readonly KeptVolume[] | undefined> {
  const kept: KeptVolume[] = [];
  let from: string | undefined;
  try {
    do {
      const page = await client.list<Volume>(persistentVolumeKind, {
        signal,
        limit: 500,
        ...(from === undefined ? {} : { continue: from }),
      });
      for (const volume of page.items) {
        const pod = podOf(volume, setup, pods);
        if (pod === undefined || !isKept(volume)) continue;
        kept.push({ name: volume.metadata.name, uid: volume.metadata.uid, pod });
      }
      from = page.metadata.continue || undefined;
    } while (from !== undefined);
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
  return kept.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The pod of this etcd whose claim a volume was given to; undefined: it was another claim. */
function podOf(
  { spec }: Volume,
  { claimTemplates: [template = 'data'], namespace }: Pick<EtcdWorld['facts']['setup'], 'claimTemplates' | 'namespace'>,
  pods: readonly string[],
): string | undefined {
  const { claimRef } = spec ?? {};
  return claimRef?.namespace === namespace ? pods.find((pod) => claimRef.name === `${template}-${pod}`) : undefined;
}

/** What becomes of a volume, in words. */
export const volumeStep = ({ name, pod }: KeptVolume): string =>
  `delete the object PersistentVolume ${name}, which ${pod} had before: its policy is Retain, so what is on the disk stays, and only you can delete or find it, in the storage itself`;

/** To be remembered until the plan is approved. */
export const volumeDetails = (volumes: readonly KeptVolume[]): { readonly [key: string]: Json } =>
  volumes.length === 0 ? {} : { [VOLUMES]: Object.fromEntries(volumes.map(({ name, uid }) => [name, uid])) };

/** Deletes the objects by name, only while nobody has a claim on them. */
export const removeVolumes: Step = {
  name: 'RemoveVolumes',
  safeToStop: true,
  run: async (work) => {
    const wanted = Object.entries(uidsByName.parse(work.details[VOLUMES] ?? {}));
    const { facts } = await work.look();
    for (const [name, uid] of wanted) {
      const volume = await readVolume(work, name);
      if (volume?.metadata.uid !== uid) continue;
      if (podOf(volume, facts.setup, memberPods(facts)) === undefined)
        return { state: 'Failed', message: `PersistentVolume ${name} was never a volume of this etcd: it was left` };
      if (!isKept(volume))
        return {
          state: 'Failed',
          message: `PersistentVolume ${name} is not Released with the policy Retain any more: it was left as it is`,
        };
      const { resourceVersion } = volume.metadata;
      try {
        await work.client.delete(persistentVolumeKind, name, undefined, { uid, resourceVersion, signal: work.signal });
      } catch (error) {
        if (!isForbidden(error)) throw error;
        const message = `the operator may not delete PersistentVolume ${name}: delete it yourself, or install the operator with etcdGuard.deleteVolumes`;
        return { state: 'Failed', message };
      }
    }
    const removed = [...textsOf(work.notes, REMOVED), ...wanted.map(([name]) => `the object PersistentVolume ${name}`)];
    return { state: 'Done', message: `removed ${removed.join(', ') || 'nothing: it was gone already'}` };
  },
};
