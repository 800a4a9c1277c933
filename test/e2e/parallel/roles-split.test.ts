import { expect } from '@jest/globals';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scenario } from '../support/scenario.ts';

const key = 'by-dev/meta/session/querycoord';

/** What a process of another Milvus would have written: nobody of the pair can take that role while it is there. */
const stranger = JSON.stringify({
  ServerID: 1_000,
  ServerName: 'querycoord',
  Address: '10.9.9.9:1',
  Version: '2.5.10',
});

scenario('a mixture whose roles are split says so, no pod is touched, and a switchover joins them', async (scene) => {
  const etcd = await scene.startEtcd();
  await etcd.etcdctl(['put', key, stranger]);
  const pair = await scene.applyPair('mixcoord', { role: 'mixcoord' });
  await using root = await EtcdWitness.start(etcd, 'rootcoord');
  await using query = await EtcdWitness.start(etcd, 'querycoord');
  const first = await root.next(undefined, { timeoutMs: 60_000 });
  await pair.until('StandbyReady', 'True');
  const { status: before } = await pair.get();
  const active = { namespace: scene.namespace, pod: before?.active?.podName ?? '', container: 'milvus' };
  const lives = await pair.lives();

  // Only the standby can take the role while the ACTIVE stands still.
  await scene.cluster.freezeContainer(active);
  try {
    await etcd.etcdctl(['del', key]);
    await query.next('1000', { timeoutMs: 20_000 });
  } finally {
    await scene.cluster.thawContainer(active);
  }
  const { message } = await pair.until('ActiveElected', 'True', 'RolesSplit');
  const other = before?.standby?.podName ?? '';
  expect(message).toContain(`querycoord is held by ${other}`);
  await pair.until('Ready', 'True', 'PairReady');
  expect([root.holder, query.holder]).toEqual([first.serverID, before?.standby?.serverID]);
  expect(await pair.lives()).toEqual(lives);
  expect((await pair.status()).proposals).toBeUndefined();

  expect(await pair.switchOver('join')).toMatchObject({ result: 'Completed' });
  await pair.until('ActiveElected', 'True', 'Elected');
  const { status } = await pair.untilSteady();
  expect(status?.active?.podName).toBe(other);
  expect([root.holder, query.holder]).toEqual([status?.active?.serverID, status?.active?.serverID]);
});
