import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dump } from 'js-yaml';
import type { CoordinatorPairSpec } from '../../../../src/api/coordinator-pair.ts';
import type { Role } from '../../../../src/milvus/roles.ts';
import { renderChildren, type RenderedChildren } from '../../../../src/pair/children/index.ts';
import { versionOf } from '../../../../src/pair/decide/spec.ts';
import type { Changes } from '../support/changes.ts';
import { aPair } from '../support/pair.ts';
import { golden } from './golden.ts';

const inline = { dataCoord: { segment: { maxSize: 2048 } } };

/** Everything a spec can set. */
const everything: Changes<CoordinatorPairSpec> = {
  role: 'mixcoord',
  image: 'registry.example.com/milvus@sha256:0000000000000000000000000000000000000000000000000000000000000000',
  imagePullPolicy: 'Always',
  version: 'v2.6.13',
  etcd: {
    endpoints: ['etcd-0.etcd.milvus.svc:2379', 'etcd-1.etcd.milvus.svc:2379'],
    rootPath: 'my-milvus',
    metaSubPath: 'metadata',
    kvSubPath: 'counters',
    auth: { secretName: 'etcd-login' },
    tls: { secretName: 'etcd-tls', serverName: 'etcd.example.com', minVersion: 'TLS1.3' },
  },
  config: { inline },
  sessionTTLSeconds: 45,
  placement: 'Required',
  pod: {
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '4Gi' } },
    nodeSelector: { disk: 'ssd' },
    affinity: {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'example.com/rack', labelSelector: { matchLabels: { app: 'milvus' } } },
        ],
      },
    },
    tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'milvus', effect: 'NoSchedule' }],
    topologySpreadConstraints: [{ maxSkew: 2, topologyKey: 'example.com/row', whenUnsatisfiable: 'DoNotSchedule' }],
    extraEnv: [{ name: 'GOGC', value: '50' }],
    extraVolumes: [{ name: 'scratch', emptyDir: {} }],
    extraVolumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
    labels: { team: 'search' },
    annotations: { 'example.com/note': 'kept' },
    priorityClassName: 'important',
    serviceAccountName: 'milvus',
    imagePullSecrets: [{ name: 'registry' }],
    podSecurityContext: { fsGroup: 1000 },
    containerSecurityContext: { readOnlyRootFilesystem: true },
    terminationGracePeriodSeconds: 90,
  },
};

function render(name: string, spec: Changes<CoordinatorPairSpec>): RenderedChildren {
  const pair = aPair({ metadata: { name }, spec });
  const version = versionOf(pair);
  if (!version) throw new Error(`the spec of ${name} names no version`);
  const userConfig = spec.config && dump(spec.config.inline ?? inline, { sortKeys: true, lineWidth: -1 });
  return renderChildren({ pair, role: pair.spec.role, version, ...(userConfig === undefined ? {} : { userConfig }) });
}
const plain = (role: Role, tag: string, changes: Changes<CoordinatorPairSpec> = {}): RenderedChildren =>
  render(role, { role, image: `milvusdb/milvus:${tag}`, ...changes });

describe('the children of a pair are those of the reviewed file', () => {
  it.each<[string, RenderedChildren]>([
    ['rootcoord-2.4.15', plain('rootcoord', 'v2.4.15')],
    ['rootcoord-2.2.16', plain('rootcoord', 'v2.2.16')],
    ['querycoord-2.2.9', plain('querycoord', 'v2.2.9')],
    ['datacoord-2.5.10', plain('datacoord', 'v2.5.10')],
    ['indexcoord-2.2.14', plain('indexcoord', 'v2.2.14')],
    ['mixcoord-2.2.16', plain('mixcoord', 'v2.2.16')],
    ['mixcoord-2.5.10', plain('mixcoord', 'v2.5.10')],
    ['mixcoord-2.6.7', plain('mixcoord', 'v2.6.7')],
    ['mixcoord-2.6.13', plain('mixcoord', 'v2.6.13')],
    ['mixcoord-3.0.0', plain('mixcoord', 'v3.0.0')],
    ['config-from-a-config-map', plain('rootcoord', 'v2.4.15', { config: { configMapName: 'my-config' } })],
    ['everything-set', render('coordinators', everything)],
  ])('%s', (name, { objects }) => {
    expect(JSON.parse(JSON.stringify(objects))).toEqual(golden(name, objects));
  });
});

describe('the template hash', () => {
  const { templateHash } = plain('rootcoord', 'v2.4.15');

  it('is the annotation of the pods', () => {
    const objects = JSON.stringify(plain('rootcoord', 'v2.4.15').objects);
    expect(objects).toContain(`"ha.milvus.io/template-hash":"${templateHash}"`);
  });

  it.each<[string, Changes<CoordinatorPairSpec>]>([
    ['the image', { image: 'milvusdb/milvus:v2.4.16' }],
    ['the session TTL', { sessionTTLSeconds: 30 }],
    ['the configuration', { config: { inline } }],
    ['the placement', { placement: 'Required' }],
    ['an environment variable', { pod: { terminationGracePeriodSeconds: 60, extraEnv: [{ name: 'A', value: 'b' }] } }],
  ])('changes with %s', (_, spec) => {
    expect(render('rootcoord', spec).templateHash).not.toBe(templateHash);
  });

  it.each<[string, Changes<CoordinatorPairSpec>]>([
    ['stopped', { runState: 'Stopped' }],
    ['paused', { mode: 'Paused' }],
    ['told to keep its pods', { rollout: { policy: 'Paused' } }],
  ])('stays when the pair is %s: that is no reason to renew pods', (_, spec) => {
    expect(render('rootcoord', spec).templateHash).toBe(templateHash);
  });

  it('does not depend on the order in which fields were written', () => {
    const written = (resources: { requests: Record<string, string> }) =>
      render('rootcoord', { pod: { terminationGracePeriodSeconds: 60, resources } }).templateHash;
    expect(written({ requests: { cpu: '1', memory: '1Gi' } })).toBe(written({ requests: { memory: '1Gi', cpu: '1' } }));
  });
});

describe('the pods of a block of milvus-helm values', () => {
  const pod = { terminationGracePeriodSeconds: 60 };
  const templateOf = ({ objects }: RenderedChildren) =>
    (objects.at(-1) as unknown as { spec: { template: { metadata: object; spec: object } } }).spec.template;

  it('with heaptrack run Milvus under it', () => {
    const heaptrack = { enabled: true, image: 'milvusdb/heaptrack:v0.1.0' };
    expect(templateOf(plain('rootcoord', 'v2.4.15', { pod: { ...pod, heaptrack } })).spec).toMatchObject({
      initContainers: [
        {
          name: 'heaptrack',
          image: 'milvusdb/heaptrack:v0.1.0',
          imagePullPolicy: 'IfNotPresent',
          command: ['/bin/bash', '-c', 'cp -r /opt/heaptrack /milvus/tools'],
          volumeMounts: [{ name: 'pair-tools', mountPath: '/milvus/tools' }],
        },
      ],
      containers: [
        {
          args: ['/milvus/tools/heaptrack/bin/heaptrack', 'milvus', 'run', 'rootcoord'],
          env: expect.arrayContaining([
            { name: 'LD_LIBRARY_PATH', value: '/milvus/tools/heaptrack/lib:/milvus/lib:/usr/lib' },
          ]) as unknown,
          volumeMounts: [{ name: 'pair-tools', mountPath: '/milvus/tools' }],
        },
      ],
      volumes: [{ name: 'pair-tools', emptyDir: {} }],
    });
  });

  it('with profiling are found by Pyroscope, and an annotation of the user wins', () => {
    const profiling = { enabled: true };
    const annotations = { 'pyroscope.io/port': '4040' };
    expect(
      templateOf(plain('rootcoord', 'v2.4.15', { pod: { ...pod, profiling, annotations } })).metadata,
    ).toMatchObject({
      annotations: {
        'pyroscope.io/scrape': 'true',
        'pyroscope.io/application-name': 'rootcoord',
        'pyroscope.io/port': '4040',
      },
    });
    expect(templateOf(plain('rootcoord', 'v2.4.15', { pod: { ...pod, profiling } })).metadata).toMatchObject({
      annotations: { 'pyroscope.io/port': '9091' },
    });
  });

  it('with neither enabled are those of a pair that names neither', () => {
    const heaptrack = { enabled: false, image: 'milvusdb/heaptrack:v0.1.0' };
    expect(plain('rootcoord', 'v2.4.15', { pod: { ...pod, heaptrack, profiling: { enabled: false } } })).toEqual(
      plain('rootcoord', 'v2.4.15'),
    );
  });
});

describe('the pods after a rebuild of etcd', () => {
  const off = '{"name":"DATA_COORD_ENABLE_GARBAGE_COLLECTION","value":"false"}';
  const rendered = (role: Role, tag: string) => {
    const annotations = { 'ha.milvus.io/garbage-collection-off': 'rebuild' };
    const pair = aPair({ metadata: { annotations }, spec: { role, image: `milvusdb/milvus:${tag}` } });
    const version = versionOf(pair);
    if (!version) throw new Error(`${tag} is no version`);
    return JSON.stringify(renderChildren({ pair, role, version }).objects);
  };

  it.each<[Role, string]>([
    ['datacoord', 'v2.5.10'],
    ['mixcoord', 'v2.6.13'],
  ])('of a %s remove no data', (role, tag) => {
    expect(rendered(role, tag)).toContain(off);
    expect(JSON.stringify(plain(role, tag).objects)).not.toContain(off);
  });

  it('of another role are as they were', () => {
    expect(rendered('querycoord', 'v2.5.10')).not.toContain(off);
  });
});

describe('the children', () => {
  it("do not carry the operator's version: upgrading it must restart nothing", () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(JSON.stringify(render('coordinators', everything).objects)).not.toContain(version);
  });

  it('all belong to the pair and go when it goes', () => {
    const owners = render('coordinators', everything).objects.map(({ metadata }) => metadata.ownerReferences);
    expect(owners).toHaveLength(5);
    for (const owner of owners)
      expect(owner).toEqual([
        {
          apiVersion: 'ha.milvus.io/v1alpha1',
          kind: 'CoordinatorPair',
          name: 'coordinators',
          uid: '5f0c1b6e-0000-4000-8000-000000000001',
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
  });

  it('come in the order in which they are needed: the pods last', () => {
    expect(render('coordinators', everything).objects.map(({ kind }) => kind)).toEqual([
      'ConfigMap',
      'Service',
      'Service',
      'PodDisruptionBudget',
      'StatefulSet',
    ]);
  });

  it('of a stopped pair stay, without pods', () => {
    const { objects } = plain('rootcoord', 'v2.4.15', { runState: 'Stopped' });
    expect(objects).toHaveLength(4);
    expect(objects.at(-1)).toMatchObject({ kind: 'StatefulSet', spec: { replicas: 0 } });
  });

  it('include no Service with the name of a role, which would overwrite its port in other pods', () => {
    const { objects } = plain('rootcoord', 'v2.4.15');
    const services = objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
    expect(services).toEqual(['rootcoord-headless', 'rootcoord-active']);
  });
});
