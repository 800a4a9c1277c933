import { expect } from '@jest/globals';
import type { Pod } from '../../../src/kube/core-types.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import { until } from '../../support/until.ts';
import { fillQuota } from '../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { guardEtcd, untilDiagnosed } from '../support/guard.ts';
import { Ledger } from '../support/ledger.ts';
import { askForRecovery, approve, untilAskedFor, untilRecovery } from '../support/recovery.ts';
import { scenario } from '../support/scenario.ts';

/** The chart's would kill after three minutes. */
const liveness = { initialDelaySeconds: 40, periodSeconds: 5, failureThreshold: 3 };

scenario(
  'an etcd that is full of old revisions is killed by its liveness probe again and again: it gets its space back in between, and takes writes again',
  async (scene) => {
    const etcd = await startEtcdSet(scene, { quotaBytes: 16 * 2 ** 20, liveness });
    await using ledger = Ledger.start(etcd);
    await ledger.further(10);
    await fillQuota(etcd, { distinctKeys: 1 });
    const full = await symptom(scene);
    const killed = async () => {
      const { items } = await scene.client.list<Pod>(podKind, { namespace: scene.namespace });
      return items.every(({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
    };
    await until('every member to be killed', killed, { timeoutMs: 180_000, everyMs: 500 });

    await guardEtcd(scene, etcd.name);
    const { status } = await untilDiagnosed(scene, etcd.name, 'NoSpaceAlarm');
    expect(status?.diagnosis?.action).toBe('ReclaimSpace');
    const asked = await untilAskedFor(scene, 'ReclaimSpace');
    const { status: ended } = await untilRecovery(scene, asked.metadata.name, 'Succeeded', { timeoutMs: 240_000 });
    expect(ended).toMatchObject({ approvedBy: 'Policy', step: '4/4 Disarm' });
    expect(ended?.steps?.map(({ name, state }) => `${name} ${state}`)).toEqual(
      ['Compact', 'Defragment', 'SeeRoom', 'Disarm'].map((name) => `${name} Done`),
    );
    await ledger.further(1);
    await expectRecovered(scene, full, { etcd, ledger });
    expect(await etcd.etcdctl(['alarm', 'list'])).toBe('');
    expect(await scene.kubectl.run(['get', 'configmaps', '--output', 'name'])).not.toContain('etcd-recovery');
  },
  { timeoutMs: 720_000 },
);

scenario('a plan that a person must approve waits, refuses another hash, and runs with its own', async (scene) => {
  const { kubectl } = scene;
  const etcd = await startEtcdSet(scene);
  await guardEtcd(scene, etcd.name);
  const policy = JSON.stringify({ spec: { policy: { moveLeader: 'Approve' } } });
  await kubectl.run(['patch', 'etcdguard', etcd.name, '--type', 'merge', '--patch', policy]);
  const [to = ''] = await etcd.followers();
  await askForRecovery(scene, 'move', { guardName: etcd.name, action: 'MoveLeader', target: { podName: to } });

  const waiting = await untilRecovery(scene, 'move', 'AwaitingApproval');
  expect(waiting.status?.plan?.steps).toEqual([`1. ask the member that leads to hand over to ${to}`]);
  expect(waiting.status?.message).toContain(waiting.status?.planHash ?? 'no hash');
  await approve(scene, 'move', '0123456789abcdef');
  const refused = async () => {
    const { status } = await untilRecovery(scene, 'move', 'AwaitingApproval');
    return status?.message?.includes('the approval of 0123456789abcdef does not fit');
  };
  await until('the other hash to be refused', refused, { timeoutMs: 60_000, everyMs: 500 });
  expect(await etcd.followers()).toContain(to);

  await approve(scene, 'move', waiting.status?.planHash ?? '');
  const { status } = await untilRecovery(scene, 'move', 'Succeeded');
  expect(status).toMatchObject({ approvedBy: 'Person', message: `${to} leads` });
  expect(await etcd.followers()).not.toContain(to);
  expect(await kubectl.run(['get', 'etcdrecoveries'])).toMatch(
    /^move +MoveLeader +Succeeded +1\/1 MoveLeader +milvus-etcd/m,
  );
});
