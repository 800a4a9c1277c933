import { podNames } from '../../../setup/etcd-setup.ts';
import type { EtcdWorld } from '../../world.ts';
import { dataPlace, type DataPlace } from '../member-job.ts';

/** A member of the initial cluster, with the pod and the volume that are its own. */
export interface LaidOutMember {
  readonly pod: string;
  readonly name: string;
  readonly peerURL: string;
  readonly claim: string;
}

/** The whole of an etcd as its template lays it out: all that a restore needs to know. */
export interface Layout {
  readonly members: readonly LaidOutMember[];
  readonly place: DataPlace;
  /** As `--initial-cluster` takes it. */
  readonly initialCluster: string;
}

/** v1.StatefulSetPersistentVolumeClaimRetentionPolicy, where it is read. */
interface Retaining {
  readonly persistentVolumeClaimRetentionPolicy?: { readonly whenScaled?: string };
}

/**
 * Lays out the members of the initial cluster, one a pod.
 *
 * @returns why members cannot be told apart or their volumes would not be safe, in words.
 */
export function layoutOf(world: EtcdWorld): Layout | { readonly why: string } {
  const { set, facts } = world;
  const { setup } = facts;
  const { name: setName, initialCluster } = setup;
  const place = dataPlace(world);
  if ('why' in place) return place;
  if (initialCluster.length === 0)
    return { why: `StatefulSet ${setName} does not say who the members are (--initial-cluster)` };
  const pods = podNames({ name: setName, replicas: initialCluster.length });
  const [template = 'data'] = setup.claimTemplates;
  const members = pods.flatMap((pod): readonly LaidOutMember[] => {
    const found = initialCluster.find(({ name, peerURL }) => name === pod || peerURL.includes(`//${pod}.`));
    return found ? [{ pod, ...found, claim: `${template}-${pod}` }] : [];
  });
  if (members.length < pods.length || setup.replicas > pods.length)
    return { why: `the initial cluster of StatefulSet ${setName} does not name one member for each of its pods` };
  const { persistentVolumeClaimRetentionPolicy: retention } = (set.spec ?? {}) as Retaining;
  if (retention?.whenScaled === 'Delete')
    return {
      why: `StatefulSet ${setName} deletes volume claims when it is scaled down: kubectl patch statefulset ${setName} -n ${setup.namespace} --type merge -p '{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Retain"}}}'`,
    };
  return { members, place, initialCluster: initialCluster.map(({ name, peerURL }) => `${name}=${peerURL}`).join(',') };
}

/** Whether nothing of this etcd runs and nothing shall. */
export function isStopped({ facts }: EtcdWorld): boolean {
  return facts.setup.replicas === 0 && facts.pods.length === 0;
}
