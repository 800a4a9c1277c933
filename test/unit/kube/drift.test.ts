import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { driftOf } from '../../../src/kube/drift.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';

const object = (fields: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Any',
  metadata: { name: 'a', ...metadata },
  ...fields,
});
const driftOfSpecs = (desired: object, live: object): string[] =>
  driftOf(object({ spec: desired }), object({ spec: live }));

describe('no drift', () => {
  it.each<[string, object, object]>([
    ['the server’s defaults', { replicas: 2 }, { replicas: 2, revisionHistoryLimit: 10 }],
    [
      'another spelling of an amount',
      { resources: { limits: { cpu: '1000m', memory: '1024Mi' } } },
      { resources: { limits: { cpu: '1', memory: '1Gi' } } },
    ],
    ['a number for an amount', { resources: { limits: { cpu: 2 } } }, { resources: { limits: { cpu: '2' } } }],
    ['a string for a port', { targetPort: '8080' }, { targetPort: 8080 }],
    ['empty values that are left out', { a: '', b: [], c: {}, d: false, e: 0, f: null, g: { h: [] } }, {}],
    ['a wish that is undefined', { a: undefined }, { a: 1 }],
    [
      'a foreign sidecar, environment entry and another order',
      { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }] },
      { containers: [{ name: 'sidecar' }, { name: 'a', env: [{ name: 'Y' }, { name: 'X', value: '1' }] }] },
    ],
    [
      'one volume mounted twice, in another order',
      {
        volumeMounts: [
          { name: 'v', mountPath: '/a' },
          { name: 'v', mountPath: '/b' },
        ],
      },
      {
        volumeMounts: [
          { name: 'v', mountPath: '/b' },
          { name: 'v', mountPath: '/a' },
        ],
      },
    ],
    [
      'ports without a protocol',
      { ports: [{ port: 1 }, { port: 2, protocol: 'UDP' }] },
      {
        ports: [
          { port: 2, protocol: 'UDP' },
          { port: 1, protocol: 'TCP', targetPort: 1 },
        ],
      },
    ],
  ])('is %s', (_name, desired, live) => {
    expect(driftOfSpecs(desired, live)).toEqual([]);
  });

  it('is in status, identity, and what others put into metadata', () => {
    const desired = object({ status: { a: 1 } }, { labels: { a: '1' }, finalizers: ['f'], uid: 'x' });
    const live = object({}, { labels: { a: '1', b: '2' }, finalizers: ['g', 'f'], uid: 'y', generation: 3 });
    expect(driftOf(desired, live)).toEqual([]);
  });

  it('is between anything and itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(driftOfSpecs({ value }, structuredClone({ value }))).toEqual([]);
      }),
    );
  });
});

describe('drift', () => {
  it.each<[string, object, object, string[]]>([
    ['a changed value', { replicas: 2 }, { replicas: 1 }, ['spec.replicas']],
    ['a value that is gone', { replicas: 2 }, {}, ['spec.replicas']],
    ['true made false', { a: true }, { a: false }, ['spec.a']],
    ['a value where nothing is wished', { a: '' }, { a: 'x' }, ['spec.a']],
    ['another type', { a: { b: 1 } }, { a: [1] }, ['spec.a']],
    ['a list that became a value', { a: [1] }, { a: 1 }, ['spec.a']],
    [
      'an amount that is another',
      { resources: { limits: { cpu: '1' } } },
      { resources: { limits: { cpu: '2' } } },
      ['spec.resources.limits.cpu'],
    ],
    [
      'an environment value that only looks like the same amount',
      { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }] },
      { containers: [{ name: 'a', env: [{ name: 'X', value: '1000m' }] }] },
      ['spec.containers[a].env[X].value'],
    ],
    [
      'a container that is gone',
      { containers: [{ name: 'a' }] },
      { containers: [{ name: 'b' }] },
      ['spec.containers[a]'],
    ],
    ['an argument more', { args: ['a'] }, { args: ['a', 'b'] }, ['spec.args[1]']],
    ['arguments in another order', { args: ['a', 'b'] }, { args: ['b', 'a'] }, ['spec.args[0]', 'spec.args[1]']],
    ['an entry more in a selector', { selector: { a: '1' } }, { selector: { a: '1', b: '2' } }, ['spec.selector.b']],
    [
      'an entry more in a node selector',
      { nodeSelector: { a: '1' } },
      { nodeSelector: { a: '1', b: '2' } },
      ['spec.nodeSelector.b'],
    ],
    [
      'a foreign toleration: the list is one value',
      { tolerations: [{ key: 'a' }] },
      { tolerations: [{ key: 'a' }, { key: 'b' }] },
      ['spec.tolerations[1]'],
    ],
  ])('is %s', (_name, desired, live, paths) => {
    expect(driftOfSpecs(desired, live)).toEqual(paths);
  });

  it('is in labels, annotations, owners and finalizers', () => {
    const desired = object(
      {},
      { labels: { a: '1' }, annotations: { b: '2' }, ownerReferences: [{ uid: 'u', name: 'n' }], finalizers: ['f'] },
    );
    expect(driftOf(desired, object({}, { ownerReferences: [{ uid: 'other' }], finalizers: ['g'] }))).toEqual([
      'metadata.labels',
      'metadata.annotations',
      'metadata.ownerReferences[u]',
      'metadata.finalizers[f]',
    ]);
  });
});
