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
    const stop = await pair.untilProposed('StopPod', { timeoutMs: 180_000 });
    scene.measurements['proposedMs'] = Date.now() - deletedMs;
    expect(stop).toMatchObject({ reason: 'StuckHolder' });
    expect(stop.evidence).toContain(`${before?.active?.podName ?? ''} was told to stop`);
    expect(witness.holdersSince(deletedMs)).toEqual([]);
    await pair.approve(stop.id, 'Completed');
    await pair.untilEvent('StuckHolderKilled');

    // Kubelets keep to the grace period that they began with.
    const revoke = await pair.untilProposed('RevokeLease', { timeoutMs: 60_000 });
    expect(revoke.risk).toContain('beside the new ACTIVE');
    expect(witness.holdersSince(deletedMs)).toEqual([]);
    const approvedMs = Date.now();
    await pair.approve(revoke.id, 'Completed');
    const elected = await witness.next(before?.active?.serverID, { timeoutMs: 10_000 });
    scene.measurements['takeoverMs'] = elected.atMs - approvedMs;
    expect(elected.serverID).toBe(before?.standby?.serverID);
    const { status } = await pair.untilSteady();
    expect(status?.active?.podName).toBe(before?.standby?.podName);
    expect(status?.proposals).toBeUndefined();
    expect(witness.holdersSince(deletedMs)).toEqual([elected.serverID]);
  },
  { timeoutMs: 360_000 },
);
