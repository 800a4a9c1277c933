import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupsNamed } from './cgroups.ts';
import { nodePaths } from './node-config.ts';
import type { NodePlan } from './plan.ts';
import { kernelPrefix, ownerLabel, ownerVariable, runDirOf } from './plan.ts';
import type { ProcessId } from './process.ts';
import { isAlive, run, sendSignal, startTimeOf, until } from './process.ts';

/** Where the kubelet puts links to containers' logs, whatever its configuration says. */
export const logLinkFolder = '/var/log/containers';

/**
 * The processes that carry the cluster's mark in their environment: those it started and what they started, such as
 * containerd's shims; not containers, whose environment is the pod's.
 */
export function markedProcesses(clusterName: string, runId = ''): ProcessId[] {
  const mark = `${ownerVariable}=${clusterName}/${runId}`;
  return processes((file) =>
    readFileSync(file('environ'), 'utf8')
      .split('\0')
      .some((entry) => entry.startsWith(mark)),
  );
}

/** A node's shims, known by their containerd's address: they outlive it, and hold the node's namespace. */
export function shimsOf(node: NodePlan): ProcessId[] {
  const address = nodePaths(node).containerdSocket;
  return processes((file) => {
    const words = readFileSync(file('cmdline'), 'utf8').split('\0');
    return words[0]?.includes('containerd-shim') === true && words.includes(address);
  });
}

function processes(isWanted: (file: (name: string) => string) => boolean): ProcessId[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return [];
    try {
      if (!isWanted((name) => `/proc/${entry}/${name}`)) return [];
    } catch {
      return []; // it ended meanwhile
    }
    const startTime = startTimeOf(Number(entry));
    return startTime === undefined ? [] : [{ pid: Number(entry), startTime }];
  });
}

/** containerd's shims listen in a folder common to all containerds; each bundle's file `address` names its socket. */
export function shimSockets(node: NodePlan): string[] {
  const tasks = join(nodePaths(node).containerdState, 'io.containerd.runtime.v2.task', 'k8s.io');
  if (!existsSync(tasks)) return [];
  return readdirSync(tasks).flatMap((id) => {
    const file = join(tasks, id, 'address');
    return existsSync(file)
      ? [
          readFileSync(file, 'utf8')
            .trim()
            .replace(/^unix:\/\//, ''),
        ]
      : [];
  });
}

/** Ends all processes that `list` gives, until it gives none: a process may have started another just before. */
export async function killAll(list: () => readonly ProcessId[]): Promise<void> {
  const left = () => {
    const alive = list().filter(isAlive);
    for (const id of alive) sendSignal(id, 'SIGKILL');
    return alive.length === 0;
  };
  await until('processes to end', left, { timeoutMs: 20_000, intervalMs: 20 });
}

/** The mount points at or below a folder, deepest first. */
export function mountsBelow(folder: string): string[] {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) =>
      (line.split(' ')[1] ?? '').replaceAll(/\\(\d{3})/g, (_, octal: string) =>
        String.fromCharCode(parseInt(octal, 8)),
      ),
    );
  return points
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
}

/** Unmounts everything below a folder. */
export async function unmountBelow(folder: string): Promise<void> {
  const points = mountsBelow(folder);
  if (points.length > 0) await run('umount', ['--lazy', '--', ...points]);
}

/** The log links that point into a run folder. */
export function logLinks(runDir: string): string[] {
  if (!existsSync(logLinkFolder)) return [];
  const links = readdirSync(logLinkFolder).map((name) => join(logLinkFolder, name));
  // Another cluster's kubelet may take a link away while they are looked at.
  return links.filter((link) => targetOf(link)?.startsWith(`${runDir}/`));
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** Where libcni remembers what it gave to pods, for all users of the machine. */
const networkResultFolder = '/var/lib/cni/results';

/** What it remembers of this cluster's pods: files that name a network namespace in the cluster's run folder. */
export function networkResults(clusterName: string): string[] {
  if (!existsSync(networkResultFolder)) return [];
  const inRunDir = `"${runDirOf(clusterName)}/`;
  return readdirSync(networkResultFolder)
    .map((file) => join(networkResultFolder, file))
    .filter((file) => {
      try {
        return readFileSync(file, 'utf8').includes(inRunDir);
      } catch {
        return false; // gone meanwhile
      }
    });
}

/** Folders with a fixed place that programs of a cluster make on the machine; each after those below it. */
export const fixedFolders: readonly string[] = [
  networkResultFolder,
  '/var/lib/cni',
  '/var/lib/kubelet/device-plugins',
  '/var/lib/kubelet',
  '/run/containerd/s',
  '/run/containerd',
];

/**
 * Looks for anything a cluster of this name left on the machine.
 * @returns a line for each thing found, none where nothing is left.
 */
export async function findRemains(clusterName: string): Promise<string[]> {
  const prefix = kernelPrefix(clusterName);
  const runDir = runDirOf(clusterName);
  const netns = existsSync('/run/netns') ? readdirSync('/run/netns').filter((name) => name.startsWith(prefix)) : [];
  const links = readdirSync('/sys/class/net').filter((name) => {
    const alias = join('/sys/class/net', name, 'ifalias');
    return existsSync(alias) && readFileSync(alias, 'utf8').trim() === ownerLabel(clusterName);
  });
  const rules = (await run('iptables-save', []))
    .split('\n')
    .filter((line) => line.includes(`"${ownerLabel(clusterName)}"`) || line.includes(` ${ownerLabel(clusterName)} `));
  return [
    ...markedProcesses(clusterName).map(({ pid }) => `process ${pid}`),
    ...netns.map((name) => `network namespace ${name}`),
    ...links.map((name) => `network link ${name}`),
    ...rules.map((rule) => `iptables rule ${rule}`),
    ...cgroupsNamed(prefix).map((name) => `cgroup ${name}`),
    ...mountsBelow(runDir).map((point) => `mount ${point}`),
    ...networkResults(clusterName).map((file) => `file ${file}`),
    ...logLinks(runDir).map((link) => `link ${link}`),
    ...(existsSync(runDir) ? [`folder ${runDir}`] : []),
  ];
}

/** @throws Error listing what a cluster of this name left behind, if anything. */
export async function assertNothingLeft(clusterName: string): Promise<void> {
  const found = await findRemains(clusterName);
  if (found.length > 0)
    throw new Error(`cluster ${clusterName} left behind:\n${found.map((line) => `  ${line}`).join('\n')}`);
}
