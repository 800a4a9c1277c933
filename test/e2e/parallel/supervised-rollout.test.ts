import { expect } from '@jest/globals';
import { standInImage } from '../../images/build.ts';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scenario } from '../support/scenario.ts';

scenario('a supervised rollout renews the standby, and moves ACTIVE once when that is approved', async (scene) => {
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair('rootcoord', {
    image: standInImage('2.5.10'),
    rollout: { policy: 'Supervised' },
  });
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const { status: before } = await pair.untilSteady();
  const changedMs = Date.now();
  await pair.change({ image: standInImage('2.5.11') });
  const waiting = await pair.until('RemediationRequired', 'True', 'RolloutReady');
  scene.measurements['renewedMs'] = Date.now() - changedMs;
  await pair.until('UpToDate', 'False', 'AwaitingApproval');
  await pair.until('Ready', 'True');
  const { proposals, active, transition } = await pair.status();
  const [proposal] = proposals ?? [];
  expect(proposals).toMatchObject([{ action: 'MoveActive', reason: 'RolloutReady' }]);
  expect(waiting.message).toContain(`ha.milvus.io/approve=${proposal?.id ?? ''}`);
  expect(active?.serverID).toBe(before?.active?.serverID);
  expect(transition).toBeUndefined();
  await pair.untilEvent('ProposalCreated');

  await pair.approve('0123456789abcdef', 'Refused');
  await pair.untilEvent('ProposalRefused');
  expect(witness.holdersSince(changedMs)).toEqual([]);

  const approvedMs = Date.now();
  await pair.approve(proposal?.id ?? '', 'Completed');
  await pair.until('UpToDate', 'True');
  const { status } = await pair.untilSteady();
  scene.measurements['movedMs'] = Date.now() - approvedMs;
  scene.measurements['noHolderMs'] = witness.noHolderMs(approvedMs);
  expect(witness.holdersSince(changedMs)).toEqual([status?.active?.serverID]);
  expect(status?.session?.version).toBe('2.5.11');
  expect(status?.proposals).toBeUndefined();
  expect(status?.history).toEqual([expect.objectContaining({ type: 'Rollout', how: 'Released' })]);
  await pair.untilEvent('ProposalApproved');
  await until('nothing to wait for approval', async () => {
    const condition = await pair.condition('RemediationRequired');
    return condition?.reason === 'NothingToApprove';
  });
});
