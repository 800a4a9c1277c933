import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import type { ScenarioEtcd } from '../support/etcd.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import type { ScenarioPair } from '../support/pair.ts';
import { scenario, type Scene } from '../support/scenario.ts';

/** What serves no more loses its session at once, unless this forbids it. */
const remediation = { deadHolder: 'Never' };

/** An ACTIVE that never comes to the end of its stop, and whose own limit for it does not end it either. */
const hanging = [
  { name: 'MILVUS_STANDIN_STOP_DELAY_MS', value: '3600000' },
  { name: 'ROOT_COORD_GRACEFUL_STOP_TIMEOUT', value: '3600' },
];

scenario(
  'an ACTIVE hangs in its stop and no session may be ended unasked: after two approvals another process has the role, and nobody serves beside it; one that is frozen loses the role by its lease, and it is told until when it was healthy',
  async (scene) => {
    const etcd = await scene.startEtcd();
    const pair = await scene.applyPair('rootcoord', {
      remediation,
      pod: { terminationGracePeriodSeconds: 600, extraEnv: hanging },
    });
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    const { status: before } = await pair.untilSteady();
    const { podName: stuck = '', serverID } = before?.active ?? {};
    const [life] = (await pair.lives()).filter(({ name }) => name === stuck);
    const stoppedMs = Date.now();
    try {
      await scene.kubectl.run(['delete', 'pod', stuck, '--wait=false']);
      // Not before two minutes and what a kubelet needs to report an end: time enough for another pair's story.
      const [stop] = await Promise.all([pair.proposal('StuckHolder', { timeoutMs: 180_000 }), freeze(scene, etcd)]);
      scene.measurements['proposedMs'] = Date.now() - stoppedMs;
      expect(stop.action).toBe('StopPod');
      expect(stop.evidence).toContain(`${before?.standby?.podName ?? ''} is registered to take over`);
      expect(witness.holder).toBe(serverID);
      await pair.approve(stop.id, 'Completed');

      // Not before the kubelet has had ten seconds to kill it.
      const revoke = await until(
        'the session to be proposed',
        async () => (await pair.status()).proposals?.find(({ action }) => action === 'RevokeLease'),
        { timeoutMs: 60_000 },
      );
      expect(revoke.risk).toContain('the process runs when its session is taken');
      expect([witness.holder, (await pair.lives()).filter(({ name }) => name === stuck)]).toEqual([serverID, [life]]);

      const approvedMs = Date.now();
      await pair.approve(revoke.id, 'Completed');
      const elected = await witness.next(serverID, { timeoutMs: 10_000 });
      scene.measurements['approvedToNewHolderMs'] = elected.atMs - approvedMs;
      expect(elected.serverID).toBe(before?.standby?.serverID);
      const followed = async () => (await pair.status()).active?.serverID === elected.serverID;
      await until('the status to follow', followed);
      const { lastFailover } = await pair.status();
      expect(lastFailover).toMatchObject({ from: stuck, how: 'LeaseRevoked' });
      await pair.untilSteady();
      expect(witness.holdersSince(stoppedMs)).toEqual([elected.serverID]);
    } finally {
      await clear(scene, pair);
    }
  },
  { timeoutMs: 480_000 },
);

/** Stops the ACTIVE of another pair by SIGSTOP: nobody sees it end, and its lease runs out. */
async function freeze(scene: Scene, etcd: ScenarioEtcd): Promise<void> {
  const rootPath = 'frozen';
  const spec = { sessionTTLSeconds: 30, etcd: { endpoints: ['etcd:2379'], rootPath } };
  const pair = await scene.applyPair('frozen', spec);
  await using witness = await EtcdWitness.start(etcd, 'rootcoord', `${rootPath}/meta/session/`);
  const { status: before } = await pair.untilSteady();
  const { podName = '', serverID } = before?.active ?? {};
  const container = { namespace: scene.namespace, pod: podName, container: 'milvus' };
  const frozenMs = Date.now();
  await scene.cluster.killContainer(container, 'SIGSTOP');

  const { message } = await pair.until('Ready', 'False', 'ActiveNotAnswering');
  const healthyUntil = / was healthy until (\S+) and gives no answer any more/.exec(message)?.[1] ?? message;
  // The kubelet tells whole seconds, and asks every two.
  expect(Date.parse(healthyUntil)).toBeGreaterThan(frozenMs - 1_000);
  expect(await pair.untilEvent('ActiveNotAnswering')).toMatchObject({ type: 'Warning', note: message });
  expect(witness.holder).toBe(serverID);

  const elected = await witness.next(serverID, { timeoutMs: 60_000 });
  const told = await pair.untilEvent('FailoverCompleted');
  const { lastFailover, history } = await pair.status();
  const { durationMilliseconds = 0, endTime = '' } = lastFailover ?? {};
  scene.measurements['frozenToNewHolderMs'] = elected.atMs - frozenMs;
  expect(lastFailover).toMatchObject({ from: podName, how: 'LeaseExpired', noticedTime: healthyUntil });
  expect(durationMilliseconds).toBe(Date.parse(endTime) - Date.parse(healthyUntil));
  expect(Date.parse(endTime)).toBeGreaterThanOrEqual(elected.atMs - 1_000);
  expect(history).toMatchObject([{ type: 'Failover', from: podName, how: 'LeaseExpired', durationMilliseconds }]);
  expect(told).toMatchObject({
    type: 'Warning',
    note: expect.stringContaining(`took over from ${podName} ${durationMilliseconds} ms after the loss was noticed`),
  });

  await scene.cluster.killContainer(container);
  await pair.untilSteady();
}

/** A hanging process would keep its namespace for ten minutes: those that hang are killed until none is left. */
async function clear({ kubectl, cluster, namespace }: Scene, pair: ScenarioPair): Promise<void> {
  await kubectl.run(['delete', 'coordinatorpair', pair.name, '--ignore-not-found']);
  await until(
    'every pod of the pair to be gone',
    async () => {
      const pods = await pair.pods();
      const hung = pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
      await Promise.all(
        // One that is gone by now needs no kill.
        hung.map(({ metadata: { name: pod } }) =>
          cluster.killContainer({ namespace, pod, container: 'milvus' }).catch(() => undefined),
        ),
      );
      return pods.length === 0;
    },
    { timeoutMs: 120_000, everyMs: 1_000 },
  );
}
