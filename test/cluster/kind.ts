import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditPolicy } from './audit.ts';
import type { Cluster, StartOptions } from './cluster.ts';
import type { ContainerRef, RunningContainer } from './faults.ts';
import { defaultClusterName, runDirOf } from './plan.ts';
import { run, until } from './process.ts';
import { ensurePrograms } from './programs.ts';

/** Whether kind can be used here, and in one sentence what was tried. */
export interface KindSupport {
  readonly usable: boolean;
  readonly explanation: string;
}

/** Tries Docker, the kind program and its node image; downloads nothing. */
export async function detectKind(): Promise<KindSupport> {
  const attempts = [
    ['docker info', 'docker', ['info']],
    ['kind version', 'kind', ['version']],
    ['docker image ls kindest/node', 'docker', ['image', 'inspect', await nodeImage()]],
  ] as const;
  for (const [title, command, args] of attempts) {
    try {
      await run(command, args, { timeoutMs: 15_000 });
    } catch {
      return { usable: false, explanation: `kind is not used: \`${title}\` does not work here` };
    }
  }
  return { usable: true, explanation: 'kind is used: Docker, kind and its node image are here' };
}

/** The first node image Docker has. */
async function nodeImage(): Promise<string> {
  const listed = await run('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'kindest/node']).catch(
    () => '',
  );
  return listed.split('\n')[0]?.trim() || 'kindest/node';
}

/**
 * The same cluster made by kind, for machines with Docker: a control plane and as many workers as nodes are asked for.
 * @throws Error saying what was tried where kind can't be used.
 */
export async function startKindCluster(options: StartOptions = {}): Promise<Cluster> {
  const support = await detectKind();
  if (!support.usable) throw new Error(support.explanation);
  const name = options.name ?? defaultClusterName;
  const nodes = Array.from(
    { length: options.nodes ?? 3 },
    (_, index) => `${name}-worker${index === 0 ? '' : String(index + 1)}`,
  );
  const controlPlane = `${name}-control-plane`;
  const runDir = runDirOf(`kind-${name}`);
  const kubeconfigPath = join(runDir, 'kubeconfig');
  const remove = async () => {
    await run('kind', ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfigPath]);
    await rm(runDir, { recursive: true, force: true });
  };
  await mkdir(join(runDir, 'audit'), { recursive: true });
  await writeFile(join(runDir, 'audit', 'policy.yaml'), JSON.stringify(auditPolicy));
  await writeFile(join(runDir, 'kind.yaml'), JSON.stringify(kindConfig(nodes.length, join(runDir, 'audit'))));
  const create = ['create', 'cluster', '--name', name, '--image', await nodeImage(), '--kubeconfig', kubeconfigPath];
  try {
    await run('kind', [...create, '--config', join(runDir, 'kind.yaml'), '--wait', '120s'], { signal: options.signal });
  } catch (error) {
    await remove();
    throw error;
  }
  const inNode = (node: string, ...args: string[]) => run('docker', ['exec', node, ...args]);
  const { kubectl } = await ensurePrograms(['kubectl']);
  const kube = (...args: string[]) => run(kubectl, ['--kubeconfig', kubeconfigPath, ...args]);
  const apiServerUrl = (
    await kube('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')
  ).trim();

  const findContainer = async (ref: ContainerRef): Promise<RunningContainer> => {
    const pod = JSON.parse(await kube('get', 'pod', ref.pod, '--namespace', ref.namespace, '-o', 'json')) as {
      spec: { nodeName: string };
      status: { containerStatuses?: { name: string; containerID?: string }[] };
    };
    const statuses = pod.status.containerStatuses ?? [];
    const id = statuses
      .find((status) => ref.container === undefined || status.name === ref.container)
      ?.containerID?.split('//')[1];
    if (id === undefined)
      throw new Error(`pod ${ref.namespace}/${ref.pod} has no running container ${ref.container ?? ''}`);
    const node = pod.spec.nodeName;
    const inspected = ['crictl', 'inspect', '--output', 'go-template', '--template', '{{.info.pid}}', id];
    return { node, id, pid: Number(await inNode(node, ...inspected)) };
  };
  const task = async (verb: 'pause' | 'resume', ref: ContainerRef) => {
    const { node, id } = await findContainer(ref);
    await inNode(node, 'ctr', '--namespace', 'k8s.io', 'task', verb, id);
  };
  const silently = (work: Promise<unknown>): Promise<void> => work.then(() => undefined);
  const docker = (...args: string[]) => silently(run('docker', args));
  const manifest = '/etc/kubernetes/manifests/kube-apiserver.yaml';
  return {
    name,
    runDir,
    kubeconfigPath,
    apiServerUrl,
    auditLogPath: join(runDir, 'audit', 'audit.log'),
    nodes,
    dnsServer: undefined,
    loadImage: (archive) => silently(run('kind', ['load', 'image-archive', archive, '--name', name])),
    saveLogs: (folder) => silently(run('kind', ['export', 'logs', folder, '--name', name])),
    stop: remove,
    [Symbol.asyncDispose]: remove,
    findContainer,
    nextContainer: (ref, previousId) =>
      until(
        `a new container in ${ref.namespace}/${ref.pod}`,
        async () => {
          const found = await findContainer(ref);
          return found.id === previousId ? undefined : found;
        },
        { timeoutMs: 120_000, intervalMs: 250 },
      ),
    killContainer: async (ref, signal = 'SIGKILL') => {
      const { node, pid } = await findContainer(ref);
      await inNode(node, 'kill', '-s', signal.replace(/^SIG/, ''), String(pid));
    },
    freezeContainer: (ref) => task('pause', ref),
    thawContainer: (ref) => task('resume', ref),
    killNode: (node) => docker('kill', node),
    restartNode: (node) => docker('start', node),
    freezeNode: (node) => docker('pause', node),
    thawNode: (node) => docker('unpause', node),
    cutNetwork: (node) => docker('network', 'disconnect', 'kind', node),
    restoreNetwork: (node) => docker('network', 'connect', 'kind', node),
    stopApiServer: () => silently(inNode(controlPlane, 'pkill', '-STOP', 'kube-apiserver')),
    continueApiServer: () => silently(inNode(controlPlane, 'pkill', '-CONT', 'kube-apiserver')),
    killApiServer: async () => {
      await inNode(controlPlane, 'mv', manifest, '/etc/kubernetes/kube-apiserver.away');
      await inNode(controlPlane, 'pkill', '-KILL', 'kube-apiserver');
    },
    restartApiServer: async () => {
      await inNode(controlPlane, 'mv', '/etc/kubernetes/kube-apiserver.away', manifest);
      await until('the API server to be ready', () => kube('get', '--raw', '/readyz'), {
        timeoutMs: 120_000,
        intervalMs: 500,
      });
    },
  };
}

function kindConfig(workers: number, auditFolder: string): unknown {
  const inNode = '/var/log/coordinator-pair-audit';
  const volume = { name: 'audit', hostPath: inNode, mountPath: inNode, readOnly: false, pathType: 'DirectoryOrCreate' };
  const auditing = {
    kind: 'ClusterConfiguration',
    apiServer: {
      extraArgs: { 'audit-policy-file': `${inNode}/policy.yaml`, 'audit-log-path': `${inNode}/audit.log` },
      extraVolumes: [volume],
    },
  };
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [
      {
        role: 'control-plane',
        extraMounts: [{ hostPath: auditFolder, containerPath: inNode }],
        kubeadmConfigPatches: [JSON.stringify(auditing)],
      },
      ...Array.from({ length: workers }, () => ({ role: 'worker' })),
    ],
  };
}
