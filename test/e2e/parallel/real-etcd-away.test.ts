import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { loadMilvus } from '../support/milvus.ts';
import { scenario } from '../support/scenario.ts';

scenario(
  'A real Milvus 2.3.5 without etcd: for 5 s nothing happens, and after 20 s and 45 s there is an ACTIVE and a STANDBY again',
  async (scene) => {
    const { kubectl, measurements } = scene;
    const image = await loadMilvus(scene, '2.3.5');
    const etcd = await scene.startEtcd();
    // A process that lost its session may hang in its stop, or ignore SIGTERM: that is cut off after the grace period.
    const pair = await scene.applyPair('rootcoord', { image, pod: { terminationGracePeriodSeconds: 5 } });
    const { status: before } = await pair.untilSteady();
    const lives = await pair.lives();
    const away = async (seconds: number) => {
      await kubectl.run(['scale', 'statefulset', 'etcd', '--replicas=0']);
      await kubectl.run(['wait', '--for=delete', 'pod/etcd-0', '--timeout=60s']);
      const goneMs = Date.now();
      await until(`etcd to be away for ${seconds} s`, () => Date.now() - goneMs >= seconds * 1000, {
        timeoutMs: seconds * 1000 + 10_000,
      });
      await kubectl.run(['scale', 'statefulset', 'etcd', '--replicas=1']);
      const startedMs = Date.now();
      // It says that etcd has just come back until it has been back for a while: a status from before the outage does not.
      await pair.until('EtcdHealthy', 'False', 'JustBack');
      await pair.until('EtcdHealthy', 'True');
      const { status } = await pair.untilSteady({ timeoutMs: 240_000 });
      measurements[`readyAgainAfter${seconds}Ms`] = Date.now() - startedMs;
      return status;
    };

    const after5 = await away(5);
    expect(after5?.active?.serverID).toBe(before?.active?.serverID);
    expect(after5?.standby?.serverID).toBe(before?.standby?.serverID);
    expect(await pair.lives()).toEqual(lives);

    // Milvus gives up between 20 and 30 s after its last renewal: either may or may not have lost its session by now.
    for (const seconds of [20, 45]) {
      const after = await away(seconds);
      expect(after?.members?.map(({ state }) => state).sort()).toEqual(['Active', 'Standby']);
      await using witness = await EtcdWitness.start(etcd, 'rootcoord');
      const { serverID } = await witness.next(undefined);
      expect(serverID).toBe(after?.active?.serverID);
    }
  },
  { timeoutMs: 480_000 },
);
