import { expect } from '@jest/globals';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scenario } from '../support/scenario.ts';

/** A Milvus that hangs in its stop and goes on renewing its session, as long as its pod's grace lets it. */
const neverStops = {
  terminationGracePeriodSeconds: 3600,
  extraEnv: [
    { name: 'MILVUS_STANDIN_STOP_DELAY_MS', value: '3600000' },
    { name: 'ROOT_COORD_GRACEFUL_STOP_TIMEOUT', value: '3600' },
  ],
};

scenario(
  'an ACTIVE that does not stop is killed when that is approved, and the standby takes over at once',
  async (scene) => {
    const etcd = await scene.startEtcd();
    const pair = await scene.applyPair('rootcoord', { pod: neverStops, sessionTTLSeconds: 30 });
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    const { status: before } = await pair.untilSteady();
    await pair.untilBound();
    const deletedMs = Date.now();
    await scene.kubectl.run(['delete', 'pod', before?.active?.podName ?? '', '--wait=false']);
    await pair.until('RemediationRequired', 'True', 'StuckHolder', { timeoutMs: 180_000 });
    scene.measurements['proposedMs'] = Date.now() - deletedMs;
    expect(witness.holdersSince(deletedMs)).toEqual([]);
    const { proposals } = await pair.status();
    expect(proposals).toMatchObject([{ action: 'StopPod', reason: 'StuckHolder' }]);
    expect(proposals?.[0]?.evidence).toContain(`${before?.active?.podName ?? ''} was told to stop`);

    const approvedMs = Date.now();
    await pair.approve(proposals?.[0]?.id ?? '', 'Completed');
    const elected = await witness.next(before?.active?.serverID, { timeoutMs: 40_000 });
    scene.measurements['takeoverMs'] = elected.atMs - approvedMs;
    expect(elected.serverID).toBe(before?.standby?.serverID);
    const { status } = await pair.untilSteady();
    expect(status?.lastFailover).toMatchObject({ to: before?.standby?.podName, how: 'LeaseRevoked' });
    expect(status?.proposals).toBeUndefined();
    expect(witness.holdersSince(deletedMs)).toHaveLength(1);
    await pair.untilEvent('StuckHolderKilled');
  },
  { timeoutMs: 360_000 },
);
