import { join } from 'node:path';
import { ensurePrograms } from '../../cluster/programs.ts';
import type { MilvusRelease } from '../../images/milvus-server.ts';
import { ensureKafkaImage } from '../../images/kafka.ts';
import { ensureMilvusImage } from '../../images/milvus-image.ts';
import { ScenarioEtcd } from './etcd.ts';
import type { Kubectl } from './kubectl.ts';
import { root } from './settings.ts';

/** The pairs of a whole Milvus 2.3. */
export const wholeMilvusRoles = ['rootcoord', 'querycoord', 'datacoord'] as const;

/** The workers of a whole Milvus, a Deployment each. */
const workers = ['proxy', 'querynode', 'datanode', 'indexnode'] as const;

/** The folder of a whole Milvus for `kubectl apply --kustomize`, as it runs on the local cluster, by its coordinators' release. */
export const wholeMilvusFolders = {
  '2.3.4': join('test', 'images', 'real-milvus-2.3.4'),
  '2.3.5': join('test', 'images', 'real-milvus'),
} as const satisfies Partial<Record<MilvusRelease, string>>;

/** The manifests of a whole Milvus in another namespace than `milvus`. */
export async function wholeMilvus(
  kubectl: Kubectl,
  namespace: string,
  coordinators: keyof typeof wholeMilvusFolders,
): Promise<string> {
  const rendered = await kubectl.run(['kustomize', join(root, wholeMilvusFolders[coordinators])]);
  return rendered
    .replaceAll('namespace: milvus\n', `namespace: ${namespace}\n`)
    .replaceAll('.milvus.svc', `.${namespace}.svc`);
}

/** Waits until every part of a whole Milvus is ready. */
export async function untilWholeMilvusReady(kubectl: Kubectl): Promise<void> {
  const patience = '--timeout=180s';
  await kubectl.run(['wait', '--for=condition=Ready', 'coordinatorpairs', ...wholeMilvusRoles, patience]);
  await kubectl.run(['rollout', 'status', 'statefulset/kafka', patience]);
  await kubectl.run(['wait', '--for=condition=Available', ...workers.map((name) => `deployment/${name}`), patience]);
}

/** The way to the etcd of a whole Milvus from this machine. */
export async function etcdOfWholeMilvus(kubectl: Kubectl): Promise<ScenarioEtcd> {
  const { etcdctl } = await ensurePrograms(['etcdctl']);
  return new ScenarioEtcd(`http://${await clusterIP(kubectl, 'milvus-etcd')}:2379`, etcdctl);
}

/** HOST:PORT at which clients on this machine reach a whole Milvus. */
export async function addressOfWholeMilvus(kubectl: Kubectl): Promise<string> {
  return `${await clusterIP(kubectl, 'milvus')}:19530`;
}

const clusterIP = (kubectl: Kubectl, service: string): Promise<string> =>
  kubectl.run(['get', 'service', service, '--output', 'jsonpath={.spec.clusterIP}']);

/** An image that a whole Milvus needs besides those of every scenario. */
export interface ImageArchive {
  /** The docker-archive. */
  readonly path: string;
  /** The nodes that need it; absent: all. */
  readonly nodes?: readonly string[];
}

/** Fetches and makes what the cache lacks of the images that only a whole Milvus needs. */
export async function wholeMilvusImages(releases: readonly MilvusRelease[]): Promise<readonly ImageArchive[]> {
  const images: ImageArchive[] = [{ path: await ensureKafkaImage(), nodes: ['node-1'] }]; // as test/images/real-milvus says
  for (const release of releases) images.push({ path: await ensureMilvusImage(release) });
  return images;
}
