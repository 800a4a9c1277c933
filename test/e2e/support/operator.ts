import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { leaseKind } from '../../../src/kube/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { clientEnvironment } from '../../cluster/kubeconfig.ts';
import { run } from '../../cluster/process.ts';
import { ensurePrograms } from '../../cluster/programs.ts';
import { Kubectl } from './kubectl.ts';
import { operatorName, operatorNamespace, root } from './settings.ts';

const chart = join(root, 'deploy', 'chart');
const wait = ['--wait', '--timeout', '120s'];
/** Repairs everywhere, with all that they may need. */
export const repairs = { repair: true, volumes: true, deleteVolumes: true };
/** The floors of what the chart accepts: what is waited for is the same, for less long. */
const leastPatience = { observeSeconds: 10, settleSeconds: 5, startUpSeconds: 60 };
const valuesFile = ({ runDir }: Cluster): string => join(runDir, 'operator-values.json');

/** Runs helm against the cluster. @returns its stdout. @throws CommandError with its stderr. */
async function helm(cluster: Cluster, args: readonly string[]): Promise<string> {
  const { helm: program } = await ensurePrograms(['helm']);
  const place = ['--kubeconfig', cluster.kubeconfigPath, '--namespace', operatorNamespace];
  return run(program, [...place, ...args], { timeoutMs: 180_000, env: clientEnvironment(cluster.kubeconfigPath) });
}

/** kubectl in the operator's namespace. */
export const operatorKubectl = (cluster: Cluster): Kubectl => new Kubectl(cluster.kubeconfigPath, operatorNamespace);

/**
 * Installs or upgrades the operator in a namespace that admits restricted pods only, and waits until every replica is
 * ready. Another `imageMark` than that of the pods there renews them.
 */
export async function installOperator(cluster: Cluster, imageMark: string): Promise<void> {
  await operatorKubectl(cluster).apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: operatorNamespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  await writeFile(
    valuesFile(cluster),
    JSON.stringify({ podAnnotations: { 'e2e/image': imageMark }, etcdGuard: { ...repairs, ...leastPatience } }),
  );
  await helmInstall(cluster);
}

/** Installs or upgrades the release as {@link installOperator} did, with more `--set`s. */
export async function helmInstall(cluster: Cluster, ...sets: readonly string[]): Promise<void> {
  const values = ['--values', valuesFile(cluster), ...sets.flatMap((set) => ['--set', set])];
  await helm(cluster, ['upgrade', '--install', operatorName, chart, ...values, ...wait]);
}

/** Uninstalls the release and waits until its objects are gone. */
export async function helmUninstall(cluster: Cluster): Promise<void> {
  await helm(cluster, ['uninstall', operatorName, ...wait]);
}

/** Sets the number of the operator's replicas and waits until it is so. */
export async function scaleOperator(cluster: Cluster, replicas: number): Promise<void> {
  const kubectl = operatorKubectl(cluster);
  await kubectl.run(['scale', 'deployment', operatorName, `--replicas=${replicas}`]);
  if (replicas > 0) await kubectl.run(['rollout', 'status', `deployment/${operatorName}`, '--timeout=120s']);
  else await kubectl.run(['wait', '--for=delete', 'pod', '--selector', operatorSelector, '--timeout=60s']);
}

/** Selects the operator's pods. */
export const operatorSelector = 'app.kubernetes.io/component=operator';

interface Lease extends KubeObject {
  readonly spec?: { readonly holderIdentity?: string };
}

/** Name of the pod that leads; undefined when none does. */
export async function leadingPod(client: KubeClient): Promise<string | undefined> {
  const lease = await client.get<Lease>(leaseKind, operatorName, operatorNamespace);
  return lease?.spec?.holderIdentity?.split('_')[0] || undefined;
}

/** Kills the process of the replica that leads: it has no time to release its Lease. */
export async function killLeadingOperator({
  cluster,
  client,
}: {
  readonly cluster: Cluster;
  readonly client: KubeClient;
}): Promise<void> {
  const pod = await leadingPod(client);
  if (pod === undefined) throw new Error('no replica of the operator leads');
  await cluster.killContainer({ namespace: operatorNamespace, pod, container: 'operator' });
}
