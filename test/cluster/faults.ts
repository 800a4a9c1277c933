import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readObject } from './api.ts';
import { findCgroup, freeze, pidsIn, thaw } from './cgroups.ts';
import { apiServer, waitForApiServer } from './control-plane.ts';
import { isLinkUp, routeServices, setLink } from './network.ts';
import { nodeDaemons, nodeNamed, waitForContainerd, waitForKubelet } from './node.ts';
import { nodePaths } from './node-config.ts';
import type { NodePlan } from './plan.ts';
import { sendSignal, startTimeOf, until } from './process.ts';
import { killAll, shimSockets, shimsOf, unmountBelow } from './remains.ts';
import type { ClusterState } from './state.ts';

/** Names a running container; without `container`, the first of the pod. */
export interface ContainerRef {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
}

/** A container as the host sees it. */
export interface RunningContainer {
  /** The name of its node. */
  readonly node: string;
  readonly id: string;
  /** Its process 1, as the host numbers it. */
  readonly pid: number;
}

/** @throws Error where the pod has no such container, or it does not run. */
export async function findContainer(state: ClusterState, ref: ContainerRef): Promise<RunningContainer> {
  const pod = (await readObject(state.plan, `/api/v1/namespaces/${ref.namespace}/pods/${ref.pod}`)) as {
    spec: { nodeName?: string };
    status?: { containerStatuses?: { name: string; containerID?: string }[] };
  };
  const statuses = pod.status?.containerStatuses ?? [];
  const status = ref.container === undefined ? statuses[0] : statuses.find(({ name }) => name === ref.container);
  const id = status?.containerID?.split('//')[1];
  if (id === undefined || pod.spec.nodeName === undefined) {
    throw new Error(`pod ${ref.namespace}/${ref.pod} has no running container ${ref.container ?? ''}`);
  }
  const node = nodeNamed(state.plan, pod.spec.nodeName);
  const file = join(nodePaths(node).containerdState, 'io.containerd.runtime.v2.task', 'k8s.io', id, 'init.pid');
  if (!existsSync(file)) throw new Error(`container ${id.slice(0, 12)} of ${ref.namespace}/${ref.pod} does not run`);
  return { node: node.name, id, pid: Number(readFileSync(file, 'utf8')) };
}

/** Sends a signal to a container's process 1 from the host: from there SIGKILL and SIGSTOP work even on a process 1. */
export async function killContainer(
  state: ClusterState,
  ref: ContainerRef,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  const { pid, id } = await findContainer(state, ref);
  const startTime = startTimeOf(pid);
  if (startTime === undefined || !sendSignal({ pid, startTime }, signal)) {
    throw new Error(
      `container ${id.slice(0, 12)} of ${ref.namespace}/${ref.pod} had ended before ${signal} reached it`,
    );
  }
}

/** Stops all processes of a container (a long pause of its runtime, say); its network goes on answering. */
export async function freezeContainer(state: ClusterState, ref: ContainerRef): Promise<void> {
  freeze(await cgroupOf(state, ref));
}

/** Lets a frozen container go on. */
export async function thawContainer(state: ClusterState, ref: ContainerRef): Promise<void> {
  thaw(await cgroupOf(state, ref));
}

async function cgroupOf(state: ClusterState, ref: ContainerRef): Promise<string> {
  const { node, id } = await findContainer(state, ref);
  const { cgroup } = nodeNamed(state.plan, node);
  const found = findCgroup(cgroup, id);
  if (found === undefined) throw new Error(`container ${id.slice(0, 12)} has no cgroup below ${cgroup}`);
  return found;
}

/** Pulls a node's network cable. Its processes go on and reach each other. */
export async function cutNetwork(state: ClusterState, nodeName: string): Promise<void> {
  await setLink(nodeNamed(state.plan, nodeName), false);
  await keepServicesReachable(state);
}

/** Plugs a node's cable in again. */
export async function restoreNetwork(state: ClusterState, nodeName: string): Promise<void> {
  await setLink(nodeNamed(state.plan, nodeName), true);
  await keepServicesReachable(state);
}

/**
 * Stops everything on a node at once, as a suspended virtual machine: kubelet, containerd, and all pods; nobody there
 * notices. Its network is silent meanwhile, as a suspended kernel acknowledges nothing.
 */
export async function freezeNode(state: ClusterState, nodeName: string): Promise<void> {
  const node = nodeNamed(state.plan, nodeName);
  await cutNetwork(state, nodeName);
  for (const name of nodeDaemons(node)) state.signal(name, 'SIGSTOP');
  for (const shim of shimsOf(node)) sendSignal(shim, 'SIGSTOP');
  freeze(node.cgroup);
}

/** Lets a frozen node go on where it was. */
export async function thawNode(state: ClusterState, nodeName: string): Promise<void> {
  const node = nodeNamed(state.plan, nodeName);
  thaw(node.cgroup);
  for (const shim of shimsOf(node)) sendSignal(shim, 'SIGCONT');
  for (const name of nodeDaemons(node)) state.signal(name, 'SIGCONT');
  await restoreNetwork(state, nodeName);
}

/** A power cut: first silence, then every process of the node is gone, without any of them learning of it. */
export async function killNode(state: ClusterState, nodeName: string): Promise<void> {
  const node = nodeNamed(state.plan, nodeName);
  await cutNetwork(state, nodeName);
  for (const name of nodeDaemons(node)) await state.kill(name);
  await killAll(() => shimsOf(node));
  await killAll(() =>
    pidsIn(node.cgroup).flatMap((pid) => {
      const startTime = startTimeOf(pid);
      return startTime === undefined ? [] : [{ pid, startTime }];
    }),
  );
}

/** Starts a killed node again, as after a boot: what was volatile is gone, disks are as they were. */
export async function restartNode(state: ClusterState, nodeName: string): Promise<void> {
  const node = nodeNamed(state.plan, nodeName);
  const paths = nodePaths(node);
  await unmountBelow(node.runDir);
  for (const socket of shimSockets(node)) await rm(socket, { force: true });
  for (const volatile of [paths.containerdState, paths.containerdSocket, paths.runcRoot, paths.cniData]) {
    await rm(volatile, { recursive: true, force: true });
  }
  await restoreNetwork(state, nodeName);
  const [containerd, ...others] = nodeDaemons(node);
  if (containerd !== undefined) await state.restart(containerd);
  await waitForContainerd(state, node);
  for (const name of others) await state.restart(name);
  await waitForKubelet(state, node);
}

/** The API server stops answering, with connections left open. */
export function stopApiServer(state: ClusterState): Promise<void> {
  state.signal(apiServer, 'SIGSTOP');
  return Promise.resolve();
}

/** Lets a stopped API server go on. */
export function continueApiServer(state: ClusterState): Promise<void> {
  state.signal(apiServer, 'SIGCONT');
  return Promise.resolve();
}

/** Ends the API server; clients see refused connections. */
export async function killApiServer(state: ClusterState): Promise<void> {
  await state.kill(apiServer);
}

/** Starts a killed API server and waits until it is ready. */
export async function restartApiServer(state: ClusterState): Promise<void> {
  await state.restart(apiServer);
  await waitForApiServer(state);
}

async function keepServicesReachable(state: ClusterState): Promise<void> {
  const connected = new Set<NodePlan>();
  for (const node of state.plan.nodes) if (await isLinkUp(node)) connected.add(node);
  await routeServices(state, (node) => connected.has(node));
}

/** Waits until a container runs whose id differs from the one given: the next life of a killed container. */
export async function nextContainer(
  state: ClusterState,
  ref: ContainerRef,
  previousId: string,
): Promise<RunningContainer> {
  const found = async () => {
    const container = await findContainer(state, ref);
    return container.id === previousId ? undefined : container;
  };
  return until(`a new container in ${ref.namespace}/${ref.pod}`, found, { timeoutMs: 120_000 });
}
