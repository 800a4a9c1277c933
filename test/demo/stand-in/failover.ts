import type { ScenarioEtcd } from '../../e2e/support/etcd.ts';
import { EtcdWitness } from '../../e2e/support/etcd-witness.ts';
import { isSteady, statusOf, untilStatus } from '../pair.ts';
import { milvusNamespace } from '../settings.ts';
import { print } from '../shell.ts';
import type { Stage } from '../stage.ts';

/** What a failover came to. */
export interface FailoverResult {
  /** From the SIGKILL to the moment at which etcd showed another holder, seen by a watch that is not the operator's. */
  readonly failoverMs: number;
  /** How long the dead process' lease had left to run: what the takeover takes without the operator. */
  readonly leaseLeftSeconds: number;
}

/** Kills the ACTIVE of rootcoord and shows who takes over, and when. */
export async function showFailover(
  { cluster, shell, timeLine, signal }: Stage,
  etcd: ScenarioEtcd,
): Promise<FailoverResult> {
  const { active: before } = await statusOf(shell, 'rootcoord');
  const victim = before?.podName ?? '';
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  await witness.next(undefined);
  const leaseLeftSeconds = await leaseLeft(etcd, 'by-dev/meta/session/rootcoord');
  print(
    `\nKilling the container of ${victim}, which is ACTIVE, with SIGKILL. Its lease runs ${leaseLeftSeconds} s more.`,
  );
  await cluster.killContainer({ namespace: milvusNamespace, pod: victim });
  const killedMs = Date.now();

  const elected = await witness.next(before?.serverID, { timeoutMs: 120_000 });
  const failoverMs = elected.atMs - killedMs;
  const isTold = ({ active }: Awaited<ReturnType<typeof statusOf>>) => active?.serverID === elected.serverID;
  const told = await untilStatus(shell, 'rootcoord', 'the new ACTIVE', isTold, { timeoutMs: 30_000, signal });
  const successor = `${told.active?.podName ?? ''} (server ID ${elected.serverID})`;
  print(`${successor} holds the role in etcd ${failoverMs} ms after the kill.`);
  if (told.active?.podName === victim) print(sameName);
  timeLine.moment(`${victim} (server ID ${before?.serverID ?? ''}), which is ACTIVE, is killed`, killedMs);
  timeLine.moment(`${successor} is ACTIVE, ${failoverMs} ms later`, elected.atMs);

  await untilStatus(shell, 'rootcoord', 'a STANDBY again', isSteady, { timeoutMs: 120_000, signal });
  const inMilvus = ['--namespace', milvusNamespace];
  await shell.show('kubectl', [...inMilvus, 'get', 'coordinatorpair', 'rootcoord']);
  await shell.show('kubectl', [...inMilvus, 'events', '--for', 'coordinatorpair/rootcoord']);
  return { failoverMs, leaseLeftSeconds };
}

/** This cluster's kubelets restart a container within a second, where others wait ten and more. */
const sameName = `That is a new process in the pod whose container was killed: it had been restarted by then, stood by too, and won.
Which of those who stand by wins is decided by Milvus and etcd alone.`;

/** Seconds until etcd would end the lease of a key by itself. */
async function leaseLeft(etcd: ScenarioEtcd, key: string): Promise<number> {
  const found = await etcd.etcdctl(['get', key, '--write-out', 'json']);
  const [, lease = '0'] = /"lease":(\d+)/.exec(found) ?? []; // beyond what a JSON number holds
  const id = BigInt(lease).toString(16);
  return (JSON.parse(await etcd.etcdctl(['lease', 'timetolive', id, '--write-out', 'json'])) as { ttl: number }).ttl;
}
