import { describe, expect, it } from '@jest/globals';
import type { EtcdGuard } from '../../../../src/api/etcd-guard.ts';
import { findMilvus } from '../../../../src/etcdcare/milvus/find.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import { KubeWorld } from '../support/kube-world.ts';
import { aGuard, aPair, aWorkload, etcd, madeBy, madeByPair } from '../support/milvus-release.ts';

const { signal } = new AbortController();
const labelled = { workloadSelector: { matchLabels: { 'app.kubernetes.io/instance': 'release' } } };

/** What is found for this guard among these objects, beside etcd: names alone. */
async function found(guard: EtcdGuard, objects: readonly KubeObject[], watchNamespaces: readonly string[] = []) {
  const { client } = new KubeWorld([...etcd, ...objects]);
  const { pairs, workloads, milvus, ...rest } = await findMilvus({ client, watchNamespaces }, guard, signal);
  return {
    pairs: pairs.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`),
    workloads: workloads.map(({ kind, object, pair }) => [kind, object.metadata.name, pair?.metadata.name]),
    milvus: milvus?.metadata.name,
    ...rest,
  };
}
const inOther = { metadata: { namespace: 'other' } };
const endpoints = (endpoint: string, etcdSpec: object = {}) => ({
  spec: { etcd: { endpoints: [endpoint], rootPath: 'by-dev', ...etcdSpec } },
});

describe('the Milvus of an etcd', () => {
  it('is every pair whose endpoints lead there, here and where the guard says, with what runs its pods', async () => {
    const pairs = [
      aPair('rootcoord'),
      aPair('far', { ...inOther, ...endpoints('etcd.milvus:2379', { rootPath: 'second' }) }),
      aPair('stranger', inOther),
    ];
    const guard = aGuard({ pairNamespaces: ['other'] });
    expect(await found(guard, [...pairs, madeByPair('rootcoord')])).toEqual({
      pairs: ['milvus/rootcoord', 'other/far'],
      workloads: [['StatefulSet', 'rootcoord', 'rootcoord']],
      milvus: undefined,
      rootPaths: ['by-dev', 'second'],
      problems: [],
    });
  });

  it('is every pair of the same namespace that names the guard, wherever its endpoints lead', async () => {
    const named = endpoints('etcd.example.com:2379', { guardName: 'guard' });
    const pairs = [aPair('rootcoord', named), aPair('querycoord', { ...named, ...inOther })];
    expect((await found(aGuard(), pairs)).pairs).toEqual(['milvus/rootcoord']);
  });

  it('is no pair of a namespace that the guard does not name, whatever that pair says', async () => {
    const far = aPair('far', { ...inOther, ...endpoints('etcd.milvus:2379', { rootPath: 'theirs' }) });
    expect(await found(aGuard(), [aPair('rootcoord'), far])).toMatchObject({
      pairs: ['milvus/rootcoord'],
      rootPaths: ['by-dev'],
      problems: [],
    });
  });

  it('is not known where the guard names a namespace that the operator does not look after', async () => {
    const { pairs, problems } = await found(aGuard({ pairNamespaces: ['other'] }), [aPair('rootcoord')], ['milvus']);
    expect(pairs).toEqual(['milvus/rootcoord']);
    expect(problems).toEqual(['spec.milvus.pairNamespaces: the operator does not look after namespace other']);
  });

  it('is a workload that a pair looks after, as the work of the pair', async () => {
    const pair = aPair('mix', { spec: { ...aPair('x').spec, workloadRef: { kind: 'Deployment', name: 'mixcoord' } } });
    const { workloads } = await found(aGuard(labelled), [pair, aWorkload('Deployment', 'mixcoord', 2)]);
    expect(workloads).toEqual([['Deployment', 'mixcoord', 'mix']]);
  });

  it('is what the guard selects, but never etcd itself nor what belongs to a pair of another etcd', async () => {
    const other = aPair('other', endpoints('elsewhere:2379'));
    const attached = aPair('attached', {
      spec: { ...other.spec, workloadRef: { kind: 'Deployment', name: 'of-attached' } },
    });
    const { workloads, problems } = await found(aGuard({ ...labelled, rootPaths: ['helm'] }), [
      other,
      attached,
      madeByPair('other'),
      aWorkload('Deployment', 'of-attached', 2),
      aWorkload('Deployment', 'proxy', 2),
      aWorkload('StatefulSet', 'querynode', 3),
    ]);
    expect(workloads.map(([, name]) => name)).toEqual(['proxy', 'querynode']);
    expect(problems).toEqual([]);
  });

  it('is a Milvus object with the workloads that milvus-operator has made for it', async () => {
    const objects = [
      { apiVersion: 'milvus.io/v1beta1', kind: 'Milvus', metadata: { name: 'mine', namespace: 'milvus' } },
      aWorkload('Deployment', 'mine-milvus-proxy', 1, madeBy('Milvus', 'mine')),
      aWorkload('Deployment', 'yours-milvus-proxy', 1, madeBy('Milvus', 'yours')),
    ];
    expect(await found(aGuard({ milvusName: 'mine', rootPaths: ['mine'] }), objects)).toEqual({
      pairs: [],
      workloads: [['Deployment', 'mine-milvus-proxy', undefined]],
      milvus: 'mine',
      rootPaths: ['mine'],
      problems: [],
    });
  });

  it('is not known where what the guard names does not exist', async () => {
    const { client } = new KubeWorld([]);
    const guard = aGuard({ milvusName: 'mine', ...labelled });
    const { problems } = await findMilvus({ client, watchNamespaces: [] }, guard, signal);
    expect(problems).toEqual([
      expect.stringContaining('there is no StatefulSet etcd'),
      expect.stringContaining('there is no Milvus mine'),
      expect.stringContaining('no Deployment or StatefulSet'),
    ]);
  });
});
