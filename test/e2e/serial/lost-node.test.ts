import { expect } from '@jest/globals';
import type { Pod } from '../../../src/kube/core-types.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scenario, type Scene } from '../support/scenario.ts';

/** Kubernetes gives a pod five minutes on a node that does not answer; these are not to wait for that. */
const soonEvicted = ['unreachable', 'not-ready'].map((taint) => ({
  key: `node.kubernetes.io/${taint}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 1,
}));

scenario(
  'the network of a node is cut with the ACTIVE on it: nothing is revoked, the lease ends, and redundancy is back after approval',
  async (scene) => {
    const { cluster, measurements } = scene;
    // One member, on another node: a process that is connected to a member of the lost node may lose its own session.
    const etcd = await scene.startEtcd();
    const pair = await scene.applyPair('rootcoord', { sessionTTLSeconds: 10, pod: { tolerations: soonEvicted } });
    const first = await pair.untilSteady();
    if (first.status?.active?.nodeName === (await nodeOf(scene, 'etcd-0'))) await pair.switchOver('away-from-etcd');
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    const { status: before } = await pair.untilSteady();
    const { podName = '', nodeName = '', serverID } = before?.active ?? {};
    const [life] = (await pair.lives()).filter(({ name }) => name === podName);
    await until('the witness to know the holder', () => witness.holder === serverID);
    const lostMs = Date.now();
    await cluster.cutNetwork(nodeName);
    try {
      const elected = await witness.next(serverID, { timeoutMs: 60_000 });
      const alone = await pair.until('StandbyReady', 'False', 'NodeNotReady');
      expect(alone.message).toContain('may have worked on for up to about 30 s after its lease ended');
      measurements['failoverMs'] = elected.atMs - lostMs;
      expect(elected.serverID).toBe(before?.standby?.serverID);
      await until('the pod to be in deletion', async () => deletionOf(scene, podName), { timeoutMs: 180_000 });
      await until(
        'the status to name the ACTIVE',
        async () => (await pair.status()).active?.serverID === elected.serverID,
        {
          timeoutMs: 60_000,
        },
      );
      expect((await pair.status()).proposals).toBeUndefined();

      await backdate(scene, nodeName, 6);
      await pair.until('RemediationRequired', 'True', 'LostNode');
      const [proposal] = (await pair.status()).proposals ?? [];
      expect(proposal).toMatchObject({ action: 'ForceDeletePod', reason: 'LostNode' });
      expect(proposal?.evidence).toContain(`its node ${nodeName} is not ready since`);
      expect((await pair.lives()).filter(({ name }) => name === podName)).toMatchObject([{ uid: life?.uid }]);

      const approvedMs = Date.now();
      await pair.approve(proposal?.id ?? '', 'Completed');
      const { status } = await pair.untilSteady();
      measurements['redundantAgainMs'] = Date.now() - approvedMs;
      expect(status?.active?.serverID).toBe(elected.serverID);
      expect(status?.standby?.podName).toBe(podName);
      expect(status?.standby?.nodeName).not.toBe(nodeName);
      expect(witness.holdersSince(lostMs)).toEqual([elected.serverID]);
      await pair.untilEvent('LostPodDeleted');
      expect((await pair.events()).map(({ reason }) => reason)).not.toContain('LeaseRevoked');
    } finally {
      await cluster.restoreNetwork(nodeName);
    }
  },
  { timeoutMs: 480_000 },
);

async function nodeOf({ client, namespace }: Scene, pod: string): Promise<string | undefined> {
  return (await client.get<Pod>(podKind, pod, namespace))?.spec?.nodeName;
}

async function deletionOf({ client, namespace }: Scene, pod: string): Promise<boolean> {
  return (await client.get<Pod>(podKind, pod, namespace))?.metadata.deletionTimestamp !== undefined;
}

/** Lets a node have been not ready for some minutes already. */
async function backdate({ kubectl }: Scene, node: string, minutes: number): Promise<void> {
  const lastTransitionTime = new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const patch = JSON.stringify({ status: { conditions: [{ type: 'Ready', lastTransitionTime }] } });
  await kubectl.run(['patch', 'node', node, '--subresource=status', '--type=strategic', '--patch', patch]);
}
