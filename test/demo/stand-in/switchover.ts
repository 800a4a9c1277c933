import type { ScenarioEtcd } from '../../e2e/support/etcd.ts';
import { EtcdWitness } from '../../e2e/support/etcd-witness.ts';
import { isSteady, untilStatus } from '../pair.ts';
import { milvusNamespace } from '../settings.ts';
import { print } from '../shell.ts';
import type { Stage } from '../stage.ts';

/** What a switchover came to. */
export interface SwitchoverResult {
  /** For how long nobody held the role in etcd. */
  readonly noHolderMs: number;
}

const token = 'demo';

/** Asks for a planned move of rootcoord's ACTIVE and shows for how long nobody had the role. */
export async function showSwitchover(
  { shell, timeLine, signal }: Stage,
  etcd: ScenarioEtcd,
): Promise<SwitchoverResult> {
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const { serverID: previous } = await witness.next(undefined);
  const inMilvus = ['--namespace', milvusNamespace];
  const askedMs = Date.now();
  await shell.show('kubectl', [
    ...inMilvus,
    'annotate',
    'coordinatorpair',
    'rootcoord',
    `ha.milvus.io/switchover=${token}`,
  ]);
  const answered = { timeoutMs: 150_000, signal };
  const isAnswered = ({ lastSwitchover }: { lastSwitchover?: { token: string } }) => lastSwitchover?.token === token;
  const { lastSwitchover } = await untilStatus(
    shell,
    'rootcoord',
    'the answer to the switchover',
    isAnswered,
    answered,
  );
  if (lastSwitchover?.result !== 'Completed')
    throw new Error(
      `The switchover ended with ${lastSwitchover?.result ?? 'nothing'}: ${lastSwitchover?.reason ?? ''}`,
    );

  const elected = await witness.next(previous);
  const noHolderMs = witness.noHolderMs(askedMs);
  const steady = { timeoutMs: 120_000, signal };
  const { active } = await untilStatus(shell, 'rootcoord', 'a STANDBY again', isSteady, steady);
  const successor = active?.podName ?? '';
  print(`${successor} holds the role. Between the two, nobody did for ${noHolderMs} ms.`);
  timeLine.moment('a switchover of rootcoord is asked for', askedMs);
  timeLine.moment(`${successor} is ACTIVE; nobody was for ${noHolderMs} ms`, elected.atMs);
  await shell.show('kubectl', [...inMilvus, 'get', 'coordinatorpairs']);
  return { noHolderMs };
}
