import { describe, expect, it } from '@jest/globals';
import type { FoundMilvus } from '../../../../src/etcdcare/milvus/find.ts';
import { garbageCollection, resumption } from '../../../../src/etcdcare/milvus/garbage-collection.ts';
import type { Workload } from '../../../../src/etcdcare/milvus/objects.ts';
import type { Stored } from '../../../../src/kube/objects.ts';
import { aPair, aWorkload, madeBy, madeByPair } from '../support/milvus-release.ts';

const stored = <T>(object: T) => object as T & { readonly metadata: { readonly uid: string } };
const pair = (role: string, spec: object = {}) =>
  stored(aPair(role, { spec: { ...aPair('x').spec, role, ...spec } })) as never;
const labelled = (name: string, labels: object, metadata: object = {}) =>
  stored(aWorkload('Deployment', name, 1, { labels, ...metadata })) as unknown as Stored<Workload>;
const nothing: FoundMilvus = { pairs: [], workloads: [], rootPaths: [], problems: [] };

describe('garbage collection on a rebuilt etcd', () => {
  it('is turned off in the pairs that run it and make their own pods, and by no other pair', () => {
    const pairs = [pair('datacoord'), pair('mixcoord'), pair('rootcoord'), pair('indexcoord')];
    expect(garbageCollection({ ...nothing, pairs })).toEqual({
      off: ['CoordinatorPair datacoord', 'CoordinatorPair mixcoord'],
      asItIs: [],
    });
  });

  it.each([{ mode: 'ObserveOnly' }, { workloadRef: { kind: 'Deployment', name: 'datacoord' } }])(
    'is left to people where a pair does not make its pods: %j',
    (spec) => {
      const attached = pair('datacoord', spec);
      const object = stored(madeByPair('datacoord')) as never;
      const found = {
        ...nothing,
        pairs: [attached],
        workloads: [{ kind: 'Deployment' as const, object, pair: attached }],
      };
      expect(garbageCollection(found)).toEqual({ off: [], asItIs: ['Deployment datacoord'] });
      expect(resumption(attached, { uid: 'u', name: 'rebuild' })).toEqual({ 'ha.milvus.io/suspended-by': null });
    },
  );

  it('is left to people in the Deployments of a chart that run it, by the labels of its components', () => {
    const workloads = [
      labelled('a', { component: 'datacoord' }),
      labelled('b', { 'app.kubernetes.io/component': 'standalone' }),
      labelled('c', { component: 'datanode' }),
    ].map((object) => ({ kind: 'Deployment' as const, object }));
    expect(garbageCollection({ ...nothing, workloads }).asItIs).toEqual(['Deployment a', 'Deployment b']);
  });

  it('is turned off in a Milvus object, which speaks for its Deployments', () => {
    const milvus = { kind: 'Milvus', metadata: { name: 'mine', uid: 'uid-of-Milvus-mine' } } as never;
    const object = labelled('mine-mixcoord', { component: 'mixcoord' }, madeBy('Milvus', 'mine'));
    expect(garbageCollection({ ...nothing, milvus, workloads: [{ kind: 'Deployment', object }] })).toEqual({
      off: ['Milvus mine'],
      asItIs: [],
    });
  });

  it('is turned off in the very write that lets a pair run again', () => {
    expect(resumption(pair('mixcoord'), { uid: 'u', name: 'rebuild' })).toEqual({
      'ha.milvus.io/suspended-by': null,
      'ha.milvus.io/garbage-collection-off': 'rebuild',
    });
    expect(resumption(pair('rootcoord'), { uid: 'u', name: 'rebuild' })).toEqual({ 'ha.milvus.io/suspended-by': null });
  });
});
