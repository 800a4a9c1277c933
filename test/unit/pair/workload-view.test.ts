import { describe, expect, it } from '@jest/globals';
import type { Stored } from '../../../src/kube/objects.ts';
import {
  coordinatorContainer,
  selectorText,
  viewWorkload,
  type Workload,
  type WorkloadContainer,
} from '../../../src/pair/workload-view.ts';

const labels = { component: 'rootcoord', 'app.kubernetes.io/instance': 'my-release' };
const deployment = (spec: Workload['spec'] = {}): Stored<Workload> => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'rootcoord', namespace: 'milvus', uid: 'u1', resourceVersion: '1' },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'rootcoord' }] } },
    ...spec,
  },
});
const running = (name: string, args: readonly string[], more: Partial<WorkloadContainer> = {}) => ({
  name,
  args,
  ...more,
});

it('a workload is seen by its selector, its replicas and its containers', () => {
  const containers = [{ name: 'rootcoord', image: 'milvusdb/milvus:v2.4.15', args: ['milvus', 'run', 'rootcoord'] }];
  expect(viewWorkload(deployment({ template: { metadata: { labels }, spec: { containers } } }))).toEqual({
    kind: 'Deployment',
    name: 'rootcoord',
    uid: 'u1',
    replicas: 2,
    selector: labels,
    templateLabels: labels,
    containers,
  });
});

it('a workload that leaves its replicas out has one', () => {
  expect(viewWorkload({ ...deployment(), spec: {} })).toMatchObject({ replicas: 1, containers: [] });
});

it.each([
  ['expressions beside labels', { matchLabels: labels, matchExpressions: [{ key: 'a', operator: 'Exists' as const }] }],
  ['expressions alone', { matchExpressions: [{ key: 'a', operator: 'In' as const, values: ['b'] }] }],
])('a workload that selects by %s has no selector that a Service could use', (_, selector) => {
  expect(viewWorkload(deployment({ selector }))).not.toHaveProperty('selector');
});

it('a workload that somebody controls names the controller', () => {
  const reference = { apiVersion: 'milvus.io/v1beta1', kind: 'Milvus', name: 'my-release', uid: 'm' };
  const owned = (controller: boolean) => {
    const object = deployment();
    return viewWorkload({
      ...object,
      metadata: { ...object.metadata, ownerReferences: [{ ...reference, controller }] },
    });
  };
  expect(owned(true)).toHaveProperty('controller', { kind: 'Milvus', name: 'my-release' });
  expect(owned(false)).not.toHaveProperty('controller');
});

describe('the container that runs Milvus', () => {
  const sidecar = { name: 'istio-proxy', args: ['proxy', 'sidecar'] };
  const rootcoord = running('rootcoord', ['milvus', 'run', 'rootcoord']);
  const found = (containers: readonly WorkloadContainer[], containerName?: string) =>
    coordinatorContainer(viewWorkload(deployment({ template: { spec: { containers } } })), {
      kind: 'Deployment',
      name: 'rootcoord',
      ...(containerName === undefined ? {} : { containerName }),
    })?.name;

  it.each<[string, readonly WorkloadContainer[], string]>([
    ['is the only one', [{ name: 'anything' }], 'anything'],
    ['is the one that runs milvus', [sidecar, rootcoord], 'rootcoord'],
    [
      'may be wrapped by a script',
      [sidecar, running('mixcoord', ['/milvus/tools/run.sh', 'milvus', 'run', 'mixture', '-rootcoord'])],
      'mixcoord',
    ],
    [
      'may have all of it in one string',
      [sidecar, running('c', ['-c', 'exec milvus run rootcoord'], { command: ['sh'] })],
      'c',
    ],
    ['may have it in its command', [sidecar, { name: 'c', command: ['/milvus/bin/milvus', 'run', 'rootcoord'] }], 'c'],
  ])('%s', (_, containers, name) => {
    expect(found(containers)).toBe(name);
  });

  it.each<[string, readonly WorkloadContainer[]]>([
    ['of two none runs milvus as far as can be seen', [{ name: 'log-shipper' }, { name: 'rootcoord' }]],
    ['one only mentions it', [sidecar, running('b', ['backup', '--of', 'milvus'])]],
    ['two run it', [rootcoord, running('proxy', ['milvus', 'run', 'proxy'])]],
    ['there is none', []],
  ])('is not certain where %s', (_, containers) => {
    expect(found(containers)).toBeUndefined();
  });

  it('is the one that the pair names, whatever command lines say', () => {
    expect(found([rootcoord, { name: 'second' }], 'second')).toBe('second');
    expect(found([rootcoord], 'misspelt')).toBeUndefined();
  });
});

it('a selector as text is the same whatever the order of its labels', () => {
  expect(selectorText({ b: '2', a: '1' })).toBe('a=1,b=2');
  expect(selectorText({ a: '1', b: '2' })).toBe('a=1,b=2');
});
