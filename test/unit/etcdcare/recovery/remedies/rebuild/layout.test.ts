import { describe, expect, it } from '@jest/globals';
import { isStopped, layoutOf } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/layout.ts';
import { etcd, pod, setup } from '../../../support/facts.ts';
import { dataDir, statefulSet, worldOf } from '../worlds.ts';

describe('laying out the members of an etcd', () => {
  it('gives each member of the initial cluster its pod and its volume, also those that are scaled away', () => {
    const layout = layoutOf(worldOf(etcd({ setup: { ...setup, replicas: 1 } })));
    expect(layout).toMatchObject({
      place: { mountPath: '/bitnami/etcd', dataDir },
      members: [
        { pod: 'etcd-0', name: 'etcd-0', claim: 'data-etcd-0', peerURL: 'http://etcd-0.etcd-headless.milvus.svc:2380' },
        { pod: 'etcd-1', name: 'etcd-1', claim: 'data-etcd-1' },
        { pod: 'etcd-2', name: 'etcd-2', claim: 'data-etcd-2' },
      ],
    });
  });

  it.each([
    [
      'members that are no pods of it',
      { initialCluster: [{ name: 'a', peerURL: 'http://10.0.0.1:2380' }] },
      /does not name one member for each/,
    ],
    ['no members', { initialCluster: [] }, /does not say who the members are/],
    ['more pods than members', { replicas: 5 }, /does not name one member for each/],
  ])('refuses %s', (_what, changes, why) => {
    expect(layoutOf(worldOf(etcd({ setup: { ...setup, ...changes } })))).toEqual({ why: expect.stringMatching(why) });
  });

  it('refuses an etcd whose volumes would go when it is scaled to 0, with the command that keeps them', () => {
    const set = statefulSet();
    const deleting = { ...set.spec, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } };
    expect(layoutOf(worldOf(etcd(), { set: { ...set, spec: deleting } }))).toEqual({
      why: expect.stringContaining('"whenScaled":"Retain"'),
    });
  });

  it('calls it stopped only when no pod is left, those that are ending included', () => {
    const none = { setup: { ...setup, replicas: 0 }, looks: [] };
    expect(isStopped(worldOf(etcd({ ...none, pods: [] })))).toBe(true);
    expect(isStopped(worldOf(etcd({ ...none, pods: [pod('etcd-0', { terminating: true })] })))).toBe(false);
    expect(isStopped(worldOf(etcd({ pods: [], looks: [] })))).toBe(false);
  });
});
