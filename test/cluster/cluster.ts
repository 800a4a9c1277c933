import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { progress, withLock } from './cache.ts';
import { makeCertificates } from './certificates.ts';
import { startDns, waitForDns } from './cluster-dns.ts';
import {
  auditLog,
  controlPlanePrograms,
  createStorageClass,
  startApiServer,
  startControllers,
  waitForNodes,
} from './control-plane.ts';
import * as faults from './faults.ts';
import type { ContainerRef, RunningContainer } from './faults.ts';
import { ensurePauseArchive, importImage } from './images.ts';
import { onInterruption } from './interruption.ts';
import { detectKind, startKindCluster } from './kind.ts';
import { adminKubeconfig, apiServerUrl, writeKubeconfig } from './kubeconfig.ts';
import { buildNetwork, isAddressRangeFree, routeServices } from './network.ts';
import { nodePrograms, startContainerd, startKubelet } from './node.ts';
import { clusterPackages, ensureDebianPackages } from './packages.ts';
import type { ClusterPlan } from './plan.ts';
import { clustersRoot, defaultClusterName, dnsPort, planCluster, runDirOf, slotsFor } from './plan.ts';
import { isAlive, thisProcess } from './process.ts';
import { ensurePrograms } from './programs.ts';
import { raiseKernelLimits, readKernelSettings, removeCluster } from './remove.ts';
import { ClusterState } from './state.ts';

/** What to start. */
export interface StartOptions {
  /** Clusters with different names run side by side. Default: `demo`. */
  readonly name?: string;
  /** Default 3. */
  readonly nodes?: number;
  /** Whether it outlives this process. Otherwise a SIGINT, SIGTERM or SIGHUP to this process removes it. Default false. */
  readonly keep?: boolean;
  /** Gives up the start, and removes what was made of it. */
  readonly signal?: AbortSignal;
  /** Told what is being done; default: standard error. */
  readonly onProgress?: (line: string) => void;
}

/** A running cluster. */
export interface Cluster extends AsyncDisposable {
  readonly name: string;
  readonly runDir: string;
  readonly kubeconfigPath: string;
  readonly apiServerUrl: string;
  /** Every write, a JSON object a line: `user.username`, `userAgent`, `verb`, `objectRef`. */
  readonly auditLogPath: string;
  /** Names of the nodes. */
  readonly nodes: readonly string[];
  /** ADDRESS:PORT of the cluster's DNS, reachable from the host, as are pods and Services; undefined with kind. */
  readonly dnsServer: string | undefined;
  /** Brings a docker-archive to every node, or to those of these names. */
  loadImage(archive: string, nodes?: readonly string[]): Promise<void>;
  /** Copies the logs of all programs, pods included, before `stop` removes them. */
  saveLogs(folder: string): Promise<void>;
  /** Removes the cluster and everything it made. */
  stop(): Promise<void>;

  findContainer(container: ContainerRef): Promise<RunningContainer>;
  /** Waits for a container with another id than the previous one. */
  nextContainer(container: ContainerRef, previousId: string): Promise<RunningContainer>;
  killContainer(container: ContainerRef, signal?: NodeJS.Signals): Promise<void>;
  freezeContainer(container: ContainerRef): Promise<void>;
  thawContainer(container: ContainerRef): Promise<void>;

  killNode(node: string): Promise<void>;
  restartNode(node: string): Promise<void>;
  freezeNode(node: string): Promise<void>;
  thawNode(node: string): Promise<void>;
  cutNetwork(node: string): Promise<void>;
  restoreNetwork(node: string): Promise<void>;

  stopApiServer(): Promise<void>;
  continueApiServer(): Promise<void>;
  killApiServer(): Promise<void>;
  restartApiServer(): Promise<void>;
}

/**
 * Starts a Kubernetes with real nodes on this machine and waits until they are Ready: by kind where the environment
 * says `CLUSTER=kind` and it can be used, else without Docker. A failing or interrupted start
 * leaves nothing behind; neither does what an earlier process of the same name left without removing it.
 * @throws Error in a plain sentence where this machine can't, or where a cluster of this name runs already.
 */
export async function startCluster(options: StartOptions = {}): Promise<Cluster> {
  const name = options.name ?? defaultClusterName;
  const say = options.onProgress ?? progress;
  if (process.env['CLUSTER'] === 'kind') {
    const kind = await detectKind();
    say(kind.explanation);
    if (kind.usable) return startKindCluster(options);
  }
  requireLinuxAndRoot();
  const abort = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  let starting: Promise<unknown> = Promise.resolve();
  const release = onInterruption(async (received) => {
    say(`${received}: removing cluster ${name}`);
    abort.abort(new Error(`interrupted by ${received}`));
    await starting.catch(() => undefined);
    await removeCluster(name);
  });
  try {
    const work = prepareAndStart(name, options, signal, say);
    starting = work;
    const state = await work;
    if (options.keep === true) release();
    return clusterOf(state, release);
  } catch (error) {
    release();
    signal.throwIfAborted(); // the reason says more than what was cut short by it
    throw error;
  }
}

/** Takes up a cluster that another process left running. @throws Error where none of this name runs. */
export function connectCluster(name: string = defaultClusterName): Cluster {
  const state = ClusterState.read(name);
  if (state?.current.ready !== true) throw new Error(`no cluster ${name} runs on this machine`);
  return clusterOf(state, () => undefined);
}

async function prepareAndStart(
  name: string,
  options: StartOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<ClusterState> {
  await ensureDebianPackages(clusterPackages);
  const programs = await ensurePrograms([...controlPlanePrograms, ...nodePrograms, 'coredns'], { signal });
  const pause = await ensurePauseArchive();
  signal.throwIfAborted();
  const began = performance.now();
  const state = await claim(name, options, say);
  try {
    const { plan } = state;
    say(`starting cluster ${name}: ${plan.nodes.length} nodes, API server ${apiServerUrl(plan)}`);
    await bringUp(state, programs, pause, signal);
    state.update({ ready: true });
    say(`cluster ${name} is ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return state;
  } catch (error) {
    await removeCluster(name);
    throw error;
  }
}

type Programs = Readonly<
  Record<(typeof controlPlanePrograms)[number] | (typeof nodePrograms)[number] | 'coredns', string>
>;

async function bringUp(state: ClusterState, programs: Programs, pause: string, signal: AbortSignal): Promise<void> {
  const { plan } = state;
  const [certificates] = await allOf([makeCertificates(plan, signal), buildNetwork(plan)]);
  signal.throwIfAborted();
  writeKubeconfig(plan, adminKubeconfig(plan), certificates.admin, certificates.authority);
  const containerds = async () => {
    await allOf(plan.nodes.map((node) => startContainerd(state, node, signal)));
    await importImage(plan.nodes, pause, signal);
  };
  await allOf([startApiServer(state, certificates, programs, signal), containerds()]);
  signal.throwIfAborted();
  await startControllers(state, certificates, programs);
  await allOf(plan.nodes.map((node) => startKubelet(state, node, certificates, programs, signal)));
  await createStorageClass(plan);
  await startDns(state, certificates, programs.coredns);
  await routeServices(state);
  await allOf([waitForNodes(state, signal), waitForDns(state, signal)]);
}

/** Like Promise.all, but nothing is still at work when it fails: removing comes next. */
async function allOf<T extends readonly unknown[]>(works: { readonly [K in keyof T]: Promise<T[K]> }): Promise<T>;
async function allOf(works: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

/** Takes the name and free addresses, and writes the first state: from here on `removeCluster` knows what to remove. */
function claim(name: string, options: StartOptions, say: (line: string) => void): Promise<ClusterState> {
  return withLock(join(clustersRoot(), '.lock'), async () => {
    const earlier = ClusterState.read(name)?.current;
    if (earlier && (earlier.keep ? earlier.ready : isAlive(earlier.owner))) {
      throw new Error(`cluster ${name} already runs; remove it with: node test/cluster/cli.ts down --name ${name}`);
    }
    if (earlier ?? existsSync(runDirOf(name))) say(`removing what an earlier cluster ${name} left`);
    await removeCluster(name);
    const plan = await freePlan(name, options.nodes ?? 3);
    mkdirSync(join(plan.runDir, 'logs'), { recursive: true, mode: 0o711 });
    const state = new ClusterState({
      plan,
      runId: randomUUID(),
      owner: thisProcess(),
      keep: options.keep ?? false,
      ready: false,
      daemons: {},
      kernelSettings: originalSettings(),
      serviceGateway: '',
    });
    state.update({});
    raiseKernelLimits();
    return state;
  });
}

/** While another cluster runs, the machine's own settings are those that one found. */
function originalSettings(): Record<string, string> {
  for (const other of readdirSync(clustersRoot())) {
    const found = other.startsWith('.') ? undefined : ClusterState.read(other);
    if (found) return { ...found.current.kernelSettings };
  }
  return readKernelSettings();
}

async function freePlan(name: string, nodes: number): Promise<ClusterPlan> {
  for (const slot of slotsFor(name)) {
    const plan = planCluster(name, slot, nodes);
    if (!existsSync(`/sys/class/net/${plan.bridge}`) && (await isAddressRangeFree(plan))) return plan;
  }
  throw new Error('no address range for a cluster is free on this machine');
}

function clusterOf(state: ClusterState, release: () => void): Cluster {
  const { plan } = state;
  const stop = async () => {
    release();
    await removeCluster(plan.name);
  };
  return {
    name: plan.name,
    runDir: plan.runDir,
    kubeconfigPath: adminKubeconfig(plan),
    apiServerUrl: apiServerUrl(plan),
    auditLogPath: auditLog(plan),
    nodes: plan.nodes.map((node) => node.name),
    dnsServer: `${plan.hostAddress}:${dnsPort}`,
    loadImage: (archive, nodes = plan.nodes.map(({ name }) => name)) =>
      importImage(
        plan.nodes.filter(({ name }) => nodes.includes(name)),
        archive,
      ),
    saveLogs: async (folder) => {
      await cp(join(plan.runDir, 'logs'), folder, { recursive: true });
      for (const node of plan.nodes) {
        await cp(join(node.runDir, 'pod-logs'), join(folder, `${node.name}-pods`), { recursive: true });
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
    findContainer: (ref) => faults.findContainer(state, ref),
    nextContainer: (ref, previousId) => faults.nextContainer(state, ref, previousId),
    killContainer: (ref, signal) => faults.killContainer(state, ref, signal),
    freezeContainer: (ref) => faults.freezeContainer(state, ref),
    thawContainer: (ref) => faults.thawContainer(state, ref),
    killNode: (node) => faults.killNode(state, node),
    restartNode: (node) => faults.restartNode(state, node),
    freezeNode: (node) => faults.freezeNode(state, node),
    thawNode: (node) => faults.thawNode(state, node),
    cutNetwork: (node) => faults.cutNetwork(state, node),
    restoreNetwork: (node) => faults.restoreNetwork(state, node),
    stopApiServer: () => faults.stopApiServer(state),
    continueApiServer: () => faults.continueApiServer(state),
    killApiServer: () => faults.killApiServer(state),
    restartApiServer: () => faults.restartApiServer(state),
  };
}

function requireLinuxAndRoot(): void {
  if (process.platform !== 'linux') throw new Error('the local cluster needs Linux: its nodes are network namespaces');
  if (process.getuid?.() !== 0) {
    throw new Error('the local cluster needs root, because it makes network namespaces, cgroups and mounts');
  }
  // Every kubelet uses /var/lib/kubelet/device-plugins, wherever its root folder is.
  if (existsSync('/var/lib/kubelet/pki')) {
    throw new Error(
      'this machine is a Kubernetes node itself (/var/lib/kubelet/pki exists): a kubelet of ours would disturb it',
    );
  }
}
