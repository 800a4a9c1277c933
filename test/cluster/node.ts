import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import { createCgroup } from './cgroups.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { cniConfig, containerdConfig, kubeletConfig, nodePaths, proxyConfig } from './node-config.ts';
import type { ClusterPlan, NodePlan } from './plan.ts';

import { isAlive, run, tailOf, until } from './process.ts';
import type { ClusterState } from './state.ts';
import { assertDaemonRuns } from './state.ts';

/** Programs a node needs beside containerd. */
export const nodePrograms = ['kubelet', 'kube-proxy'] as const;

/** The processes of a node, in the order in which they start. */
export const nodeDaemons = (node: NodePlan): string[] => [
  `${node.name}/containerd`,
  `${node.name}/kubelet`,
  `${node.name}/kube-proxy`,
];

/** Writes a node's configuration, makes its cgroup and starts its containerd. It needs no API server yet. */
export async function startContainerd(state: ClusterState, node: NodePlan, signal?: AbortSignal): Promise<void> {
  const { plan } = state;
  const paths = nodePaths(node);
  await mkdir(paths.cniConfig, { recursive: true });
  await mkdir(paths.podLogs, { recursive: true });
  createCgroup(node.cgroup);
  await writeFile(paths.containerdConfig, containerdConfig(node, cniPlugins()));
  await writeFile(join(paths.cniConfig, '10-pods.conflist'), JSON.stringify(cniConfig(plan, node)));
  // For pods with `dnsPolicy: Default`, which ask as the node does. A resolver's port cannot be said here.
  await writeFile(paths.resolvConf, `nameserver ${plan.dnsServiceAddress}\n`);
  await state.start(`${node.name}/containerd`, {
    command: 'containerd',
    args: ['--config', paths.containerdConfig],
    networkNamespace: node.networkNamespace,
  });
  await waitForContainerd(state, node, signal);
}

/** Waits until containerd answers. */
export async function waitForContainerd(state: ClusterState, node: NodePlan, signal?: AbortSignal): Promise<void> {
  const name = `${node.name}/containerd`;
  const answers = async () => {
    await assertDaemonRuns(state, name);
    if (!existsSync(nodePaths(node).containerdSocket)) return false;
    await containerdCtl(node, ['version'], signal);
    return true;
  };
  await until(`${name} to answer`, answers, { timeoutMs: 60_000, intervalMs: 50, signal });
}

/** Calls a node's containerd, in the namespace of Kubernetes' containers. */
export const containerdCtl = (node: NodePlan, args: readonly string[], signal?: AbortSignal): Promise<string> =>
  run('ctr', ['--address', nodePaths(node).containerdSocket, '--namespace', 'k8s.io', ...args], { signal });

/** Starts the node's kubelet and kube-proxy. */
export async function startKubelet(
  state: ClusterState,
  node: NodePlan,
  certificates: Certificates,
  programs: Readonly<Record<'kubelet' | 'kube-proxy', string>>,
  signal?: AbortSignal,
): Promise<void> {
  const { plan } = state;
  const paths = nodePaths(node);
  const own = certificates.kubelets[node.name];
  if (!own) throw new Error(`no certificate was made for ${node.name}`);
  const kubeconfig = join(node.runDir, 'kubelet.kubeconfig');
  writeKubeconfig(plan, kubeconfig, own, certificates.authority);
  await writeFile(paths.kubeletConfig, JSON.stringify(kubeletConfig(plan, node, certificates.authority.certificate)));
  await state.start(`${node.name}/kubelet`, {
    command: programs.kubelet,
    args: [
      `--config=${paths.kubeletConfig}`,
      `--kubeconfig=${kubeconfig}`,
      `--root-dir=${paths.kubeletRoot}`,
      `--cert-dir=${paths.kubeletPki}`,
      `--hostname-override=${node.name}`,
      `--node-ip=${node.address}`,
      `--node-labels=topology.kubernetes.io/region=local,topology.kubernetes.io/zone=zone-${node.name}`,
    ],
    networkNamespace: node.networkNamespace,
  });
  await waitForKubelet(state, node, signal);
  const proxyUser = join(node.runDir, 'kube-proxy.kubeconfig');
  writeKubeconfig(plan, proxyUser, certificates.kubeProxy, certificates.authority);
  await writeFile(paths.proxyConfig, JSON.stringify(proxyConfig(plan, node, proxyUser)));
  await state.start(`${node.name}/kube-proxy`, {
    command: programs['kube-proxy'],
    args: [`--config=${paths.proxyConfig}`],
    networkNamespace: node.networkNamespace,
  });
}

/**
 * Where every kubelet listens for device plugins, whatever its root folder is (kubelet 1.35,
 * `pkg/kubelet/apis/deviceplugin`): a kubelet empties the folder as it starts and then binds the socket, so one that
 * starts in between takes the address from it, and it ends.
 */
export const devicePluginSocket = '/var/lib/kubelet/device-plugins/kubelet.sock';

/** Waits until the kubelet has its socket for device plugins, and starts it again as long as another takes it away. */
export async function waitForKubelet(state: ClusterState, node: NodePlan, signal?: AbortSignal): Promise<void> {
  const name = `${node.name}/kubelet`;
  const listens = async () => {
    const { id, spec } = state.daemon(name);
    if (isAlive(id)) return socketsOf(id.pid).includes(devicePluginSocket);
    if (!(await tailOf(spec.logFile)).includes(`${devicePluginSocket}: bind: address already in use`)) {
      await assertDaemonRuns(state, name);
    }
    await state.restart(name);
    return false;
  };
  await until(`${name} to listen for device plugins`, listens, { timeoutMs: 60_000, intervalMs: 50, signal });
}

/** The Unix sockets in a process's network namespace, which it shares with its node only. */
function socketsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/net/unix`, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}

/** Finds a node by its Kubernetes name. @throws Error naming those there are. */
export function nodeNamed(plan: ClusterPlan, name: string): NodePlan {
  const node = plan.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`no node ${name}; there are ${plan.nodes.map((each) => each.name).join(', ')}`);
  return node;
}

/** Where Debian's and others' packages put the CNI plugins. */
function cniPlugins(): string {
  const folder = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'].find((candidate) =>
    existsSync(join(candidate, 'bridge')),
  );
  if (folder === undefined) throw new Error('no CNI plugins found: install containernetworking-plugins');
  return folder;
}
