import { describe, expect, it } from '@jest/globals';
import { keepVolume } from '../../../../../src/etcdcare/recovery/remedies/replace-volume/keep-volume.ts';
import { swapVolume } from '../../../../../src/etcdcare/recovery/remedies/replace-volume/swap-volume.ts';
import { replacementOf } from '../../../../../src/etcdcare/recovery/remedies/replace-member/replacement.ts';
import type { Plan, Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import { fakeClient } from '../../../kube/fake-client.ts';
import { crashing, etcdWith, pod } from '../../support/facts.ts';
import { claim, worldOf, workWith } from './worlds.ts';

const sick = [crashing('etcd-2', 1, [])];
const details: Plan['details'] = {
  ...(replacementOf(worldOf(etcdWith(sick)), 'etcd-2', 'op') as object),
  claim: 'uid-of-claim-etcd-2',
  volume: 'pv-etcd-2',
};

const given = { namespace: 'milvus', name: 'data-etcd-2', uid: 'uid-of-claim-etcd-2' };

/** A cluster with the volume, which takes the policy that it is told. */
function cluster(policy: string | undefined, jobPods: readonly object[] = [], claimRef: object = given) {
  const done: string[] = [];
  let current = policy;
  const client = fakeClient({
    get: (() =>
      Promise.resolve(
        current === undefined
          ? undefined
          : {
              metadata: { name: 'pv-etcd-2', uid: 'uid-of-pv', resourceVersion: '4' },
              spec: { persistentVolumeReclaimPolicy: current, claimRef },
            },
      )) as never,
    list: (() => Promise.resolve({ items: jobPods })) as never,
    mergePatch: ((...[, name, , patch]: readonly unknown[]) => {
      const { spec, metadata } = patch as {
        spec: { persistentVolumeReclaimPolicy: string };
        metadata: { uid: string };
      };
      current = spec.persistentVolumeReclaimPolicy;
      done.push(`${String(name)} ${metadata.uid} ${current}`);
      return Promise.resolve({});
    }) as never,
    delete: (kind, name, _namespace, options) => {
      done.push(`delete ${kind.kind} ${name} ${options?.uid ?? ''}`);
      return Promise.resolve(true);
    },
  }) as Work['client'];
  return { done, client };
}

const runSwap = (world: ReturnType<typeof worldOf>, client: Work['client']) =>
  swapVolume.run(workWith(details, { client, look: () => Promise.resolve(world) }));

const claims = (changes: Parameters<typeof claim>[1]) => new Map([['etcd-2', claim('etcd-2', changes)]]);
const { metadata } = claim('etcd-2');
const terminating = { metadata: { ...metadata, deletionTimestamp: '2026-11-21T12:00:00Z' } };

describe('the volume of a member that gets another one', () => {
  it('is told to stay, and counts as kept only when it reads so', async () => {
    const { done, client } = cluster('Delete');
    expect(await keepVolume.run(workWith(details, { client }))).toMatchObject({ state: 'Waiting' });
    expect(await keepVolume.run(workWith(details, { client }))).toMatchObject({ state: 'Done' });
    expect(done).toEqual(['pv-etcd-2 uid-of-pv Retain']);
  });

  it('keeps its claim as long as it would go with it', async () => {
    const { done, client } = cluster('Delete');
    expect(await runSwap(worldOf(etcdWith(sick)), client)).toMatchObject({ state: 'Failed', keepChanges: true });
    expect(done).toEqual([]);
  });

  it.each([['Retain'], [undefined]])('loses its claim when it reads %s', async (policy) => {
    const { done, client } = cluster(policy);
    await runSwap(worldOf(etcdWith(sick)), client);
    expect(done).toEqual(['delete PersistentVolumeClaim data-etcd-2 uid-of-claim-etcd-2']);
  });

  it.each([
    ['of that name in another namespace', { ...given, namespace: 'other' }],
    ['of that name that was made since', { ...given, uid: 'uid-of-another' }],
  ])('is left as it is where it is given to a claim %s', async (_about, claimRef) => {
    const { done, client } = cluster('Delete', [], claimRef);
    expect(await keepVolume.run(workWith(details, { client }))).toMatchObject({ state: 'Failed' });
    const kept = cluster('Retain', [], claimRef);
    expect(await runSwap(worldOf(etcdWith(sick)), kept.client)).toMatchObject({ state: 'Failed', keepChanges: true });
    expect([...done, ...kept.done]).toEqual([]);
  });

  it.each([
    ['another one', 'pv-other'],
    ['none', undefined],
  ])('keeps its claim where that has %s by now', async (_about, volumeName) => {
    const { done, client } = cluster('Retain');
    const spec = volumeName === undefined ? {} : { volumeName };
    const outcome = await runSwap(worldOf(etcdWith(sick), { claims: claims({ spec }) }), client);
    expect(outcome).toMatchObject({ state: 'Failed', keepChanges: true });
    expect(done).toEqual([]);
  });

  it('is let go of by the pod, once the claim is being deleted', async () => {
    const { done, client } = cluster('Retain');
    await runSwap(worldOf(etcdWith(sick), { claims: claims(terminating) }), client);
    expect(done).toEqual(['delete Pod etcd-2 uid-etcd-2']);
  });

  it('is let go of by ended pods of earlier Jobs, which would keep the claim for ever', async () => {
    const jobPod = (name: string, claimName: string, phase: string) => ({
      metadata: { name, uid: `uid-${name}` },
      spec: { volumes: [{ persistentVolumeClaim: { claimName } }] },
      status: { phase },
    });
    const { done, client } = cluster('Retain', [
      jobPod('saved', 'data-etcd-2', 'Succeeded'),
      jobPod('refused', 'data-etcd-2', 'Failed'),
      jobPod('at-work', 'data-etcd-2', 'Running'),
      jobPod('of-another', 'data-etcd-1', 'Succeeded'),
    ]);
    const ending = pod('etcd-2', { ready: false, terminating: true });
    await runSwap(worldOf(etcdWith([ending]), { claims: claims(terminating) }), client);
    expect(done).toEqual(['delete Pod saved uid-saved', 'delete Pod refused uid-refused']);
  });

  it('is never taken from a pod by force: on a node that is gone it is said what a person can do', async () => {
    const { done, client } = cluster('Retain');
    const lost = pod('etcd-2', { ready: false, terminating: true, nodeReady: false, container: { state: 'Unknown' } });
    const outcome = await runSwap(worldOf(etcdWith([lost]), { claims: claims(terminating) }), client);
    expect(outcome.message).toContain('kubectl taint node node-2 node.kubernetes.io/out-of-service');
    expect(done).toEqual([]);
  });

  it('is swapped when another claim is there', async () => {
    const other = { metadata: { ...metadata, uid: 'uid-of-another' } };
    const { client } = cluster('Retain');
    expect(await runSwap(worldOf(etcdWith(sick), { claims: claims(other) }), client)).toMatchObject({ state: 'Done' });
  });
});
