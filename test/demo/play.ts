import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { progress } from '../cluster/cache.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ProgramName } from '../cluster/programs.ts';
import { ClusterState } from '../cluster/state.ts';
import { howToGoOn } from './farewell.ts';
import { awaitBinding, showFailover } from './failover.ts';
import { clusterName, logsFolder, reportFile } from './settings.ts';
import { buildImages, installOperator, makePairs, preparePrograms, startEtcd, startNodes } from './setup.ts';
import { print, Shell } from './shell.ts';
import { showSwitchover } from './switchover.ts';
import { TimeLine } from './time-line.ts';

/**
 * The whole demo. The cluster is left running when all went well, and removed when it did not or `signal` is aborted.
 * @throws Error saying what failed, or the signal's reason.
 */
export async function playDemo(signal: AbortSignal): Promise<void> {
  const timeLine = new TimeLine();
  print(introduction);
  const programs = await timeLine.step('packages and programs', () => preparePrograms(signal));
  const archives = await timeLine.step('images', () => buildImages(signal));
  const cluster = await timeLine.step('a cluster of three nodes', () => startNodes(archives, signal));
  try {
    await playOn(cluster, programs, timeLine, signal);
  } catch (error) {
    if (!signal.aborted) {
      await cluster.saveLogs(logsFolder).catch(() => undefined);
      progress(`The demo failed; its logs are in ${logsFolder}. Removing the cluster.`);
    }
    await cluster.stop();
    signal.throwIfAborted();
    throw error;
  }
}

async function playOn(
  cluster: Cluster,
  programs: Readonly<Record<ProgramName, string>>,
  timeLine: TimeLine,
  signal: AbortSignal,
): Promise<void> {
  const shell = new Shell(programs, cluster.kubeconfigPath, signal);
  await timeLine.step('the operator, by its Helm chart', () => installOperator(shell));
  const etcd = await timeLine.step('an etcd of three members', () => startEtcd(shell, programs.etcdctl));
  await timeLine.step('three pairs: rootcoord, querycoord, datacoord', () => makePairs(shell));
  const setupSeconds = timeLine.elapsedSeconds;

  const stage = { cluster, shell, etcd, timeLine, signal };
  await timeLine.step('the operator sees the ACTIVE renew its session', () => awaitBinding(stage));
  const failover = await timeLine.step('a failover, until a STANDBY is there again', () => showFailover(stage));
  const switchover = await timeLine.step('a switchover, until a STANDBY is there again', () => showSwitchover(stage));

  print(`\n${timeLine.toString()}\n`);
  print(`From the kill to another ACTIVE: ${failover.failoverMs} ms.`);
  print(`Waiting for the lease instead, as Milvus alone does: ${failover.leaseLeftSeconds} s.`);
  print(`In the switchover nobody held the role for ${switchover.noHolderMs} ms.`);
  await mkdir(dirname(reportFile), { recursive: true });
  const report = { setupSeconds, ...failover, ...switchover, timeLine: timeLine.entries };
  await writeFile(reportFile, `${JSON.stringify(report, undefined, 2)}\n`);
  print(`These figures are in ${reportFile}.`);
  const state = ClusterState.read(clusterName);
  if (state) print(await howToGoOn(state.plan));
}

const introduction = `Real here: Kubernetes, etcd, the operator with its image and its chart. Not real: Milvus. In its place runs a program
that speaks the session protocol of Milvus 2.5 with etcd: it registers, stands by, takes over and gives up the role as
Milvus does, and does nothing else. Taking over in a real Milvus includes loading its metadata, which comes on top.
`;
