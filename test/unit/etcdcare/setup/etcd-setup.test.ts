import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { loadAll } from 'js-yaml';
import { learnSetup } from '../../../../src/etcdcare/setup/etcd-setup.ts';
import { startUpOf } from '../../../../src/etcdcare/setup/start-up.ts';
import type { Container, EtcdStatefulSet } from '../../../../src/etcdcare/setup/stateful-set.ts';

const set = (container: Container): EtcdStatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'my-release-etcd', namespace: 'milvus' },
  spec: {
    replicas: 3,
    serviceName: 'my-release-etcd-headless',
    selector: { matchLabels: { 'app.kubernetes.io/name': 'etcd', 'app.kubernetes.io/instance': 'my-release' } },
    template: { spec: { containers: [container] } },
    volumeClaimTemplates: [{ metadata: { name: 'data' } }],
  },
});

describe('what is learnt of an etcd', () => {
  it('says who stopped it so that it does not split, until somebody changes it', () => {
    const container = { name: 'etcd', image: 'milvusdb/etcd:3.5.25-r1' };
    const stopped = (replicas: number, generation: number): EtcdStatefulSet => ({
      ...set(container),
      metadata: {
        name: 'etcd',
        generation,
        annotations: { 'ha.milvus.io/fenced-by': 'etcd-fence-1', 'ha.milvus.io/fenced-generation': '5' },
      },
      spec: { ...set(container).spec, replicas },
    });
    expect(learnSetup(stopped(0, 5))).toMatchObject({ fencedBy: 'etcd-fence-1' });
    expect(learnSetup(stopped(0, 7))).not.toHaveProperty('fencedBy');
    expect(learnSetup(stopped(3, 5))).not.toHaveProperty('fencedBy');
  });

  it('comes from the variables of the charts', () => {
    const host = '$(MY_POD_NAME).my-release-etcd-headless.$(NS).svc.cluster.local';
    const env = [
      { name: 'NS', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'ETCD_DATA_DIR', value: '/bitnami/etcd/data' },
      { name: 'ETCD_LISTEN_CLIENT_URLS', value: 'https://0.0.0.0:2379' },
      { name: 'ETCD_ADVERTISE_CLIENT_URLS', value: `https://${host}:2379,http://my-release-etcd:2379` },
      { name: 'ETCD_INITIAL_CLUSTER', value: 'e-0=http://e-0.h:2380,e-1=http://e-1.h:2380' },
      { name: 'ETCD_INITIAL_CLUSTER_STATE', value: 'new' },
      { name: 'ETCD_INITIAL_CLUSTER_TOKEN', value: 'etcd-cluster-k8s' },
      { name: 'ETCD_QUOTA_BACKEND_BYTES', value: '4294967296' },
      { name: 'ETCD_DISASTER_RECOVERY', value: 'yes' },
      { name: 'ETCD_START_FROM_SNAPSHOT', value: 'no' },
    ];
    const livenessProbe = { exec: { command: ['/opt/bitnami/scripts/etcd/healthcheck.sh'] } };
    expect(learnSetup(set({ name: 'etcd', image: 'docker.io/milvusdb/etcd:3.5.25-r1', env, livenessProbe }))).toEqual({
      name: 'my-release-etcd',
      namespace: 'milvus',
      replicas: 3,
      selector: 'app.kubernetes.io/name=etcd,app.kubernetes.io/instance=my-release',
      serviceName: 'my-release-etcd-headless',
      containerName: 'etcd',
      image: 'docker.io/milvusdb/etcd:3.5.25-r1',
      startUp: 'M',
      clientPort: 2379,
      clientTLS: true,
      advertisedHost: '$(MY_POD_NAME).my-release-etcd-headless.milvus.svc.cluster.local',
      dataDir: '/bitnami/etcd/data',
      initialCluster: [
        { name: 'e-0', peerURL: 'http://e-0.h:2380' },
        { name: 'e-1', peerURL: 'http://e-1.h:2380' },
      ],
      initialClusterState: 'new',
      token: 'etcd-cluster-k8s',
      quotaBytes: 4_294_967_296,
      claimTemplates: ['data'],
      switches: new Set(['ETCD_DISASTER_RECOVERY']),
      liveness: '/opt/bitnami/scripts/etcd/healthcheck.sh',
    });
  });

  it('comes from flags, as in the etcd of the end-to-end tests', async () => {
    const objects = loadAll(await readFile('test/images/etcd.yaml', 'utf8')) as EtcdStatefulSet[];
    const found = objects.find(({ kind }) => kind === 'StatefulSet');
    if (!found) throw new Error('the manifest has no StatefulSet');
    expect(learnSetup({ ...found, metadata: { ...found.metadata, namespace: 'one' } })).toMatchObject({
      startUp: 'Plain',
      clientPort: 2379,
      clientTLS: false,
      dataDir: '/var/lib/etcd/data',
      initialClusterState: 'new',
      token: 'one-etcd',
      quotaBytes: 2 ** 30,
      liveness: '/livez',
      initialCluster: [0, 1, 2].map((i) => ({
        name: `etcd-${i}`,
        peerURL: `http://etcd-${i}.etcd-headless.one.svc:2380`,
      })),
    });
  });

  it.each<[string, Partial<Container>, number | undefined, string]>([
    ['two thousand million replicas', {}, 2_147_483_647, 'at most 32 members'],
    [
      'an initial cluster of thousands',
      { args: [`--initial-cluster=${'a=b,'.repeat(5_000)}`] },
      3,
      'more than 32 members',
    ],
    ['a megabyte of arguments', { args: ['x'.repeat(1_000_000)] }, 3, 'characters'],
    [
      'variables that stand for each other',
      {
        args: [`--initial-cluster=${'$(A)'.repeat(8_000)}`],
        env: [{ name: 'A', value: 'x'.repeat(30_000) }],
      },
      3,
      '--initial-cluster has more than',
    ],
    ['an image of many etcds', { image: 'a/etcd:'.repeat(50_000) + '@\n' }, 3, 'image'],
  ])('goes no further than an etcd can: %s', (_, container, replicas, why) => {
    const asked = set({ name: 'etcd', image: 'milvusdb/etcd:3.5.25-r1', ...container });
    expect(learnSetup({ ...asked, spec: { ...asked.spec, ...(replicas ? { replicas } : {}) } })).toEqual({
      why: expect.stringContaining(why),
    });
  });

  it('is nothing where no etcd runs', () => {
    expect(learnSetup(set({ name: 'web', image: 'nginx:1' }))).toEqual({
      why: 'none of its containers (web) runs etcd',
    });
  });
});

describe('the start-up of an image', () => {
  it.each([
    ['milvusdb/etcd:3.5.25-r1', 'M'],
    ['registry:5000/milvusdb/etcd@sha256:0', 'M'],
    ['docker.io/bitnami/etcd:3.5.0-debian-10-r24', 'G1'],
    ['bitnami/etcd:3.5.9-debian-11-r0', 'G2'],
    ['bitnamilegacy/etcd:3.5.21-debian-12-r5', 'G3'],
    ['bitnami/etcd:latest', 'Unknown'],
    ['quay.io/coreos/etcd:v3.5.25', 'Unknown'],
  ])('of %s is %s', (image, expected) => {
    expect(startUpOf({ name: 'etcd', image })).toBe(expected);
  });

  it('is plain where the command is etcd itself', () => {
    expect(startUpOf({ name: 'etcd', image: 'x', command: ['sh', '-c', 'exec /usr/local/bin/etcd --name=a'] })).toBe(
      'Plain',
    );
  });
});
