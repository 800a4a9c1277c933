import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pidsIn, removeCgroup, thaw } from './cgroups.ts';
import { etcdFolder } from './control-plane.ts';
import { removeNetwork } from './network.ts';
import { devicePluginSocket } from './node.ts';
import { clustersRoot, runDirOf } from './plan.ts';
import type { ProcessId } from './process.ts';
import { run, startTimeOf } from './process.ts';
import {
  assertNothingLeft,
  fixedFolders,
  killAll,
  logLinkFolder,
  logLinks,
  markedProcesses,
  networkResults,
  shimSockets,
  shimsOf,
  unmountBelow,
} from './remains.ts';
import { ClusterState } from './state.ts';

/**
 * Takes a cluster of this name away with everything it made, in whatever state it is: running, half started, or left
 * by a process that was killed. Nothing is asked to end gently: nothing of it is kept. Does nothing where there is none.
 * @throws Error listing what could not be removed.
 */
export async function removeCluster(name: string): Promise<void> {
  const runDir = runDirOf(name);
  const state = ClusterState.read(name);
  if (state) {
    const { plan, runId, daemons, kernelSettings } = state.current;
    const sockets = plan.nodes.flatMap(shimSockets);
    const volumes = hostPathVolumes(etcdFolder(plan));
    const recorded = (): ProcessId[] => Object.values(daemons).map(({ id }) => id);
    await killAll(() => [...recorded(), ...markedProcesses(name, runId), ...plan.nodes.flatMap(shimsOf)]);
    for (const node of plan.nodes) thaw(node.cgroup); // a frozen process dies only once it may run
    await killAll(() => plan.nodes.flatMap((node) => pidsIn(node.cgroup).flatMap(identify)));
    await unmountBelow(runDir);
    await removeNetwork(plan);
    for (const node of plan.nodes) removeCgroup(node.cgroup);
    for (const path of [...sockets, ...volumes]) rmSync(path, { recursive: true, force: true });
    if (!otherClusters(name))
      for (const [path, value] of Object.entries(kernelSettings)) restoreKernelSetting(path, value);
  }
  for (const path of [...logLinks(runDir), ...networkResults(name)]) rmSync(path, { force: true });
  // Kubelets of several clusters take this socket from each other; it serves device plugins, which none of them has.
  if (!otherClusters(name)) rmSync(devicePluginSocket, { force: true });
  for (const folder of [logLinkFolder, volumeFolder, ...fixedFolders]) removeWhereEmpty(folder);
  // Whatever is still mounted there is not ours to empty.
  if (existsSync(runDir)) await run('rm', ['--recursive', '--force', '--one-file-system', runDir]);
  await assertNothingLeft(name);
}

const identify = (pid: number): ProcessId[] => {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? [] : [{ pid, startTime }];
};

/** Where the controller manager's host-path provisioner puts volumes; it cannot be told otherwise. */
const volumeFolder = '/tmp/hostpath_pv';

/**
 * The folders of all volumes that were provisioned, read out of etcd's files: that works too when nothing runs any
 * more, and it cannot name another cluster's.
 */
function hostPathVolumes(etcd: string): string[] {
  const folders = ['snap', 'wal'].map((part) => join(etcd, 'member', part)).filter(existsSync);
  const files = folders.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  const pattern = new RegExp(`${volumeFolder}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`, 'g');
  return [...new Set(files.flatMap((file) => readFileSync(file, 'latin1').match(pattern) ?? []))];
}

function removeWhereEmpty(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length > 0) return;
  try {
    rmdirSync(folder);
  } catch {
    return; // another cluster has just put something there
  }
}

/** Whether another cluster's state lies beside this one's. */
const otherClusters = (name: string): boolean =>
  existsSync(clustersRoot()) &&
  readdirSync(clustersRoot()).some((other) => other !== name && existsSync(join(runDirOf(other), 'state.json')));

/** Kernel settings that the kubelet, and {@link raiseKernelLimits}, change for the whole machine. */
const changedSettings = [
  'fs/inotify/max_user_instances',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

/** Their values now, for `removeCluster` to put back. */
export function readKernelSettings(): Record<string, string> {
  const present = changedSettings.filter((path) => existsSync(`/proc/sys/${path}`));
  return Object.fromEntries(present.map((path) => [path, readFileSync(`/proc/sys/${path}`, 'utf8').trim()]));
}

/**
 * A kubelet and its containerd take some thirty inotify instances a node; the kernel's default of 128 a user is used up
 * by four nodes (`inotify_init: too many open files`).
 */
export function raiseKernelLimits(): void {
  const file = '/proc/sys/fs/inotify/max_user_instances';
  if (Number(readFileSync(file, 'utf8')) < 1024) writeFileSync(file, '1024');
}

function restoreKernelSetting(path: string, value: string): void {
  const file = `/proc/sys/${path}`;
  if (readFileSync(file, 'utf8').trim() !== value) writeFileSync(file, value);
}
