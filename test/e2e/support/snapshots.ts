import type { EtcdGuard } from '../../../src/api/etcd-guard.ts';
import { etcdGuardKind } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { milvusEtcdImage } from '../../images/etcd-images.ts';
import { until } from '../../support/until.ts';
import { guardEtcd, type GuardSpec } from './guard.ts';
import type { Scene } from './scene.ts';

const claim = 'snapshots';

/** Has an etcd guarded with a snapshot every minute, in a claim of its own. Again: with another spec. */
export async function guardWithSnapshots(scene: Scene, name: string, spec: GuardSpec = {}, keep = 2): Promise<void> {
  const { kubectl } = scene;
  await kubectl.apply({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claim },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  await letWrite(scene);
  await guardEtcd(scene, name, { ...spec, snapshots: { claimName: claim, intervalSeconds: 60, keep } });
}

/** A guard, if it is there. */
export const guardOf = ({ client, namespace }: Scene, name: string): Promise<(EtcdGuard & KubeObject) | undefined> =>
  client.get<EtcdGuard & KubeObject>(etcdGuardKind, name, namespace);

/** Waits until a guard names a snapshot. */
export const untilSnapshot = (
  scene: Scene,
  name: string,
): Promise<NonNullable<NonNullable<EtcdGuard['status']>['lastSnapshot']>> =>
  until('a snapshot', async () => (await guardOf(scene, name))?.status?.lastSnapshot, {
    timeoutMs: 180_000,
    everyMs: 500,
  });

/** The provisioner of the local cluster makes folders that belong to root and takes no notice of fsGroup. */
async function letWrite({ kubectl }: Scene): Promise<void> {
  await kubectl.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'owner' },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'chown',
          image: milvusEtcdImage,
          command: ['chown', '1001:1001', '/snapshots'],
          securityContext: { runAsUser: 0 },
          volumeMounts: [{ name: 'snapshots', mountPath: '/snapshots' }],
        },
      ],
      volumes: [{ name: 'snapshots', persistentVolumeClaim: { claimName: claim } }],
    },
  });
  await kubectl.run(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/owner', '--timeout=60s']);
  await kubectl.run(['delete', 'pod', 'owner']);
}
