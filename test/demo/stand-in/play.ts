import { join } from 'node:path';
import { cacheFolder } from '../../cluster/cache.ts';
import { ScenarioEtcd } from '../../e2e/support/etcd.ts';
import { buildStandInImages } from '../../images/build.ts';
import { awaitBinding } from '../pair.ts';
import { milvusNamespace, root } from '../settings.ts';
import { archivesOf } from '../setup.ts';
import { print, type Shell } from '../shell.ts';
import type { Demo, Stage } from '../stage.ts';
import { showFailover } from './failover.ts';
import { showSwitchover } from './switchover.ts';

/** Pairs without the Milvus around them, for machines that cannot have or run the real one. */
export const standInDemo: Demo = {
  introduction: `Real here: Kubernetes, etcd, the operator with its image and its chart. Not real: Milvus. In its place runs a program
that speaks the session protocol of Milvus 2.5 with etcd: it registers, stands by, takes over and gives up the role as
Milvus does, and does nothing else. Taking over in a real Milvus includes loading its metadata, which comes on top.
`,
  packages: [],
  fetchImages: () => Promise.resolve([]),
  buildImages: async () => archivesOf(await buildStandInImages(cacheFolder('images'))),
  play,
  anotherImage: 'localhost/milvus-standin:v2.5.11',
};

async function play(stage: Stage): Promise<object> {
  const { shell, programs, timeLine, signal } = stage;
  const etcd = await timeLine.step('an etcd of three members', () => startEtcd(shell, programs.etcdctl));
  await timeLine.step('three pairs: rootcoord, querycoord, datacoord', () => makePairs(shell));
  const setupSeconds = timeLine.elapsedSeconds;

  await timeLine.step('the operator sees the ACTIVE renew its session', () => awaitBinding(shell, signal));
  const failover = await timeLine.step('a failover, until a STANDBY is there again', () => showFailover(stage, etcd));
  const moved = await timeLine.step('a switchover, until a STANDBY is there again', () => showSwitchover(stage, etcd));

  print(`\n${timeLine.toString()}\n`);
  print(`From the kill to another ACTIVE: ${failover.failoverMs} ms.`);
  print(`Waiting for the lease instead, as Milvus alone does: ${failover.leaseLeftSeconds} s.`);
  print(`In the switchover nobody held the role for ${moved.noHolderMs} ms.`);
  return { milvus: 'stand-in', setupSeconds, ...failover, ...moved };
}

/** An etcd of three members for the Milvus. @returns the way to it from this machine. */
async function startEtcd(shell: Shell, etcdctl: string): Promise<ScenarioEtcd> {
  const inMilvus = ['--namespace', milvusNamespace];
  await shell.quietly('kubectl', ['create', 'namespace', milvusNamespace]);
  await shell.quietly('kubectl', [...inMilvus, 'apply', '--filename', join(root, 'test', 'images', 'etcd.yaml')]);
  await shell.quietly('kubectl', [...inMilvus, 'rollout', 'status', 'statefulset/etcd', '--timeout=180s']);
  const wanted = ['get', 'service', 'etcd', '--output', 'jsonpath={.spec.clusterIP}'];
  const address = await shell.quietly('kubectl', [...inMilvus, ...wanted]);
  return new ScenarioEtcd(`http://${address}:2379`, etcdctl);
}

/** The three pairs, until each has an ACTIVE and a STANDBY. */
async function makePairs(shell: Shell): Promise<void> {
  const inMilvus = ['--namespace', milvusNamespace];
  await shell.show('kubectl', ['apply', '--filename', join('test', 'demo', 'stand-in', 'pairs.yaml')]);
  const ready = ['wait', '--for=condition=Ready', 'coordinatorpairs', '--all', '--timeout=180s'];
  await shell.show('kubectl', [...inMilvus, ...ready]);
  await shell.show('kubectl', [...inMilvus, 'get', 'coordinatorpairs']);
  await shell.show('kubectl', [...inMilvus, 'get', 'coordinatorpairs', '--output', 'wide']);
}
