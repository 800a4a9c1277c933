import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import type { ScenarioEtcd } from '../support/etcd.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { alone, pairManifest } from '../support/pair.ts';
import { scenario, type Scene } from '../support/scenario.ts';

scenario(
  'where remediation asks first, a dead ACTIVE and a standby without a session wait for approval',
  async (scene) => {
    const etcd = await scene.startEtcd();
    await scene.kubectl.apply([
      pairManifest('rootcoord', { sessionTTLSeconds: 60, remediation: { deadHolder: 'Approve' } }),
      pairManifest('querycoord', {
        role: 'querycoord',
        pod: alone,
        sessionTTLSeconds: 10,
        remediation: { zombieStandby: 'Approve' },
      }),
    ]);
    await Promise.all([deadHolder(scene, etcd), zombieStandby(scene, etcd)]);
  },
);

/** The lease is long enough not to end by itself meanwhile. */
async function deadHolder(scene: Scene, etcd: ScenarioEtcd): Promise<void> {
  const pair = scene.pair('rootcoord');
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  await pair.untilSteady();
  await pair.untilBound();
  const { active: before } = await pair.status();
  const killedMs = Date.now();
  await scene.cluster.killContainer({ namespace: scene.namespace, pod: before?.podName ?? '' });
  const { id, action, evidence } = await pair.proposal('DeadHolder');
  scene.measurements['proposedMs'] = Date.now() - killedMs;
  expect(action).toBe('RevokeLease');
  expect(evidence).toContain('ended with exit code 137');

  await pair.approve('0123456789abcdef', 'Refused');
  expect(witness.holder).toBe(before?.serverID);
  const approvedMs = Date.now();
  await pair.approve(id, 'Completed');
  const elected = await witness.next(before?.serverID, { timeoutMs: 10_000 });
  scene.measurements['approvedToNewHolderMs'] = elected.atMs - approvedMs;
  const { status } = await pair.untilSteady();
  expect(status?.lastFailover).toMatchObject({ from: before?.podName, how: 'LeaseRevoked' });
  expect(witness.holdersSince(killedMs)).toEqual([elected.serverID]);
}

async function zombieStandby(scene: Scene, etcd: ScenarioEtcd): Promise<void> {
  const pair = scene.pair('querycoord');
  await using witness = await EtcdWitness.start(etcd, 'querycoord');
  const { status: before } = await pair.untilSteady();
  const { podName = '', serverID = '' } = before?.standby ?? {};
  const lifeOf = async () => (await pair.lives()).find(({ name }) => name === podName);
  const life = await lifeOf();
  const lostMs = Date.now();
  await etcd.revokeLeaseOf(`by-dev/meta/session/querycoord-${serverID}`);
  // Not before it has been there for longer than any start lasts: a minute and its TTL.
  const { id, action, evidence } = await pair.proposal('ZombieStandby', { timeoutMs: 120_000 });
  expect([action, await lifeOf()]).toEqual(['RestartPod', life]);
  expect(evidence).toContain(`${podName} looks ready and has no session in etcd`);

  await pair.approve(id, 'Completed');
  const { status } = await pair.untilSteady();
  expect(status?.standby?.podName).toBe(podName);
  await until('the pod to be another one', async () => (await lifeOf())?.uid !== life?.uid);
  expect(witness.holdersSince(lostMs)).toEqual([]);
  await pair.untilEvent('ZombieStandbyRestarted');
}
