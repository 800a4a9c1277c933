import { expect } from '@jest/globals';
import { standInImage } from '../../../images/build.ts';
import { until } from '../../../support/until.ts';
import { EtcdWitness } from '../../support/etcd-witness.ts';
import { careSpec, releaseManifests } from '../../support/helm-workload.ts';
import { usualRelease } from '../../support/pair.ts';
import { scenario, type Scene } from '../../support/scenario.ts';

/** A container that ends as soon as it is started, before the one that runs Milvus. */
const logShipper = { name: 'log-shipper', image: standInImage(usualRelease), args: ['nonsense'] };

interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: object[] } } };
}

/** How often each log shipper has been started again. */
async function restarts({ kubectl }: Scene): Promise<number[]> {
  const path = '{.items[*].status.containerStatuses[?(@.name=="log-shipper")].restartCount}';
  const printed = await kubectl.run(['get', 'pods', '--output', `jsonpath=${path}`]);
  return printed.split(' ').map(Number);
}

scenario(
  "a log shipper crashes beside a Deployment's Milvus: that is said, no session is ended for it, and one is when Milvus is killed",
  async (scene) => {
    const etcd = await scene.startEtcd();
    const [configMap, release] = releaseManifests() as readonly [object, Deployment];
    release.spec.template.spec.containers.unshift(logShipper);
    await scene.kubectl.apply([configMap, release]);
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    const pair = await scene.applyPair('rootcoord', careSpec());

    const { message } = await pair.until('Ready', 'False', 'ActivePodNotReady');
    expect(message).toContain('containers with unready status: [log-shipper]');
    await pair.until('StandbyReady', 'True');
    await pair.untilBound();
    await until('each to have crashed twice', async () => (await restarts(scene)).every((count) => count >= 2), {
      timeoutMs: 90_000,
    });
    const { active, lastFailover } = await pair.status();
    expect([lastFailover, witness.changes.length]).toEqual([undefined, 1]);

    const killedMs = Date.now();
    const container = { namespace: scene.namespace, pod: active?.podName ?? '', container: 'rootcoord' };
    await scene.cluster.killContainer(container);
    const elected = await witness.next(active?.serverID, { timeoutMs: 40_000 });
    scene.measurements['failoverMs'] = elected.atMs - killedMs;
    await until('the failover to be told', async () => (await pair.status()).lastFailover?.how === 'LeaseRevoked');
  },
);
