import type { Pod } from '../../../src/kube/core-types.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import { standInImage } from '../../images/build.ts';
import { milvusImage } from '../../images/milvus-image.ts';
import { milvusConfiguration, type MilvusRelease } from '../../images/milvus-server.ts';
import { usualRelease, type PodLife } from './pair.ts';
import type { Scene } from './scenario.ts';

/** The labels by which the release's rootcoord is selected. */
export const releaseLabels = {
  'app.kubernetes.io/instance': 'my-release',
  'app.kubernetes.io/name': 'milvus',
  component: 'rootcoord',
};
const fullName = 'my-release-milvus';

/** What the release runs. */
export interface ReleaseServer {
  readonly image: string;
  /** Its settings: names of files in /milvus/configs, with what is in them. */
  readonly files: Readonly<Record<string, string>>;
}

/** Where only the session counts. */
const standIn: ReleaseServer = {
  image: standInImage(usualRelease),
  files: {
    'default.yaml': [
      'etcd: {endpoints: [etcd:2379], rootPath: by-dev}',
      'rootCoord: {port: 53100, enableActiveStandby: true}',
      'log: {level: info}',
    ].join('\n'),
    'user.yaml': '# extraConfigFiles',
  },
};

/** The real server. That of PyPI reads milvus.yaml alone, so what the chart writes to default.yaml and user.yaml is in there. */
export function realServer(release: MilvusRelease): ReleaseServer {
  const settings = milvusConfiguration(release)
    .replace('localhost:2379', 'etcd:2379')
    .replace('rootCoord: { port: 53100 }', 'rootCoord: { port: 53100, enableActiveStandby: true }');
  return { image: milvusImage(release), files: { 'milvus.yaml': settings } };
}

/** The rootcoord of a milvus-helm release with two replicas and active-standby: its ConfigMap and its workload. */
export function releaseManifests(
  kind: 'Deployment' | 'StatefulSet' = 'Deployment',
  { image, files }: ReleaseServer = standIn,
): readonly object[] {
  const mounted = Object.keys(files).map((name) => ({
    name: 'milvus-config',
    mountPath: `/milvus/configs/${name}`,
    subPath: name,
    readOnly: true,
  }));
  const container = {
    name: 'rootcoord',
    image,
    args: ['milvus', 'run', 'rootcoord'],
    ports: [
      { name: 'rootcoord', containerPort: 53100 },
      { name: 'metrics', containerPort: 9091 },
    ],
    livenessProbe: { tcpSocket: { port: 'metrics' }, periodSeconds: 30 },
    readinessProbe: { httpGet: { path: '/healthz', port: 'metrics' }, periodSeconds: 1 },
    resources: {},
    volumeMounts: mounted,
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: fullName },
      data: files,
    },
    {
      apiVersion: 'apps/v1',
      kind,
      metadata: { name: `${fullName}-rootcoord`, labels: { ...releaseLabels, 'helm.sh/chart': 'milvus-4.2.0' } },
      spec: {
        replicas: 2,
        ...(kind === 'Deployment' ? { strategy: { type: 'RollingUpdate' } } : { podManagementPolicy: 'Parallel' }),
        selector: { matchLabels: releaseLabels },
        template: {
          metadata: { labels: releaseLabels, annotations: { 'checksum/config': '0' } },
          spec: {
            serviceAccountName: 'default',
            containers: [container],
            volumes: [{ name: 'milvus-config', configMap: { name: fullName } }],
          },
        },
      },
    },
  ];
}

/** The spec of a pair that looks after it. */
export const careSpec = (kind: 'Deployment' | 'StatefulSet' = 'Deployment'): object => ({
  image: undefined,
  workloadRef: { kind, name: `${fullName}-rootcoord` },
});

/** The release's workload as its maker wrote it: what must never change. */
export function workloadSpec({ kubectl }: Scene, kind = 'deployment'): Promise<string> {
  const asked = 'jsonpath={.metadata.generation} {.metadata.labels} {.metadata.annotations} {.spec}';
  return kubectl.run(['get', kind, `${fullName}-rootcoord`, '--output', asked]);
}

/** The release's pods, by name. */
export async function releasePods({ client, namespace }: Scene): Promise<Pod[]> {
  const labelSelector = Object.entries(releaseLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { items } = await client.list<Pod>(podKind, { namespace, labelSelector });
  return items.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
}

/** What must stay the same as long as nobody touches the release's pods. */
export async function releaseLives(scene: Scene): Promise<PodLife[]> {
  return (await releasePods(scene)).map(({ metadata: { name, uid = '' }, status }) => ({
    name,
    uid,
    restarts: status?.containerStatuses?.[0]?.restartCount ?? 0,
  }));
}

/** Name and role label of each of the release's pods. */
export async function releaseRoles(scene: Scene): Promise<Record<string, string | undefined>> {
  const pods = await releasePods(scene);
  return Object.fromEntries(pods.map(({ metadata: { name, labels } }) => [name, labels?.['ha.milvus.io/role']]));
}
