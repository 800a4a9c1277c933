import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EtcdSet } from './etcd-set.ts';
import type { Scene } from './scene.ts';

/** Volumes that lie on one node each, and the class that claims get them by. */
export interface NodeVolumes extends AsyncDisposable {
  readonly storageClass: string;
}

/**
 * Makes volumes as an administrator does for disks of the nodes: `local`, each tied to its node, bound when a pod wants it
 * (no provisioner, WaitForFirstConsumer), kept when the claim goes. They take notice of fsGroup, as folders of the machine
 * do not.
 */
export async function makeNodeVolumes(scene: Scene, { perNode }: { readonly perNode: number }): Promise<NodeVolumes> {
  const { cluster, kubectl, namespace } = scene;
  const storageClass = `local-${namespace}`;
  const folder = await mkdtemp(join(tmpdir(), 'node-volumes-'));
  await chmod(folder, 0o755);
  const names = cluster.nodes.flatMap((node) => Array.from({ length: perNode }, (_, at) => ({ node, at })));
  const volumes = await Promise.all(
    names.map(async ({ node, at }) => {
      const path = join(folder, `${node}-${at}`);
      await mkdir(path);
      const here = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] };
      return {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: `${storageClass}-${node}-${at}` },
        spec: {
          storageClassName: storageClass,
          capacity: { storage: '10Gi' },
          accessModes: ['ReadWriteOnce'],
          persistentVolumeReclaimPolicy: 'Retain',
          local: { path },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [here] }] } },
        },
      };
    }),
  );
  await kubectl.apply([
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: storageClass },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    ...volumes,
  ]);
  return {
    storageClass,
    [Symbol.asyncDispose]: async () => {
      const all = [`storageclass/${storageClass}`, ...volumes.map(({ metadata }) => `pv/${metadata.name}`)];
      await kubectl.run(['delete', ...all, '--wait=false']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Refuses, from here on, every pod of the scenario that wants more than a restricted one may have. */
export async function restrictPods({ kubectl, namespace }: Scene): Promise<void> {
  await kubectl.run(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
}

/** The node that the volume of each pod of an etcd lies on. */
export async function nodesOfVolumes({ kubectl }: Scene, etcd: EtcdSet): Promise<readonly string[]> {
  const nodeOf = async (pod: string): Promise<string> => {
    const volume = await kubectl.run(['get', 'pvc', `data-${pod}`, '--output', 'jsonpath={.spec.volumeName}']);
    const terms = '{.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]}';
    return kubectl.run(['get', 'pv', volume, '--output', `jsonpath=${terms}`]);
  };
  return Promise.all(etcd.pods.map(nodeOf));
}
