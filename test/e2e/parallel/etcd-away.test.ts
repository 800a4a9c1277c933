import { expect } from '@jest/globals';
import { standInImage } from '../../images/build.ts';
import { until } from '../../support/until.ts';
import { inWords, operatorWrites } from '../support/audit.ts';
import { scenario } from '../support/scenario.ts';

const minuteMs = 60_000;

scenario(
  'etcd is away for a minute: the pair says so, nothing is touched, and it comes back by itself',
  async (scene) => {
    await scene.startEtcd();
    // From 2.6.7 on a standby that has lost its lease ends by itself; older ones would have to be restarted afterwards.
    const milvus = { role: 'mixcoord', image: standInImage('2.6.7') };
    const pair = await scene.applyPair('mixcoord', { ...milvus, sessionTTLSeconds: 30 });
    const { status: before } = await pair.untilSteady();
    const [uids, labelled] = [(await pair.lives()).map(({ uid }) => uid), await pair.labelledActive()];
    const stoppedMs = Date.now();
    await scene.kubectl.run(['scale', 'statefulset', 'etcd', '--replicas=0']);

    await pair.until('EtcdReachable', 'False', 'Unreachable');
    scene.measurements['noticedMs'] = Date.now() - stoppedMs;
    for (const type of ['Ready', 'ActiveElected', 'StandbyReady', 'ServiceInSync'] as const)
      await pair.until(type, 'Unknown', 'EtcdUnreachable');
    expect((await pair.condition('EtcdReachable'))?.message).toMatch(/last good read \d{4}-/);
    expect((await pair.status()).active).toEqual(before?.active);
    await pair.untilEvent('EtcdUnreachable');
    await until('a minute to be over', () => Date.now() - stoppedMs > minuteMs, { timeoutMs: minuteMs, everyMs: 500 });
    expect((await pair.pods()).map(({ metadata }) => metadata.uid)).toEqual(uids);
    expect(await pair.labelledActive()).toEqual(labelled);
    const blind = await operatorWrites(scene.cluster, { sinceMs: stoppedMs, namespace: scene.namespace });
    const touched = blind.filter(({ resource }) => resource !== 'coordinatorpairs' && resource !== 'events');
    expect(touched.map(inWords)).toEqual([]);

    const startedMs = Date.now();
    await scene.kubectl.run(['scale', 'statefulset', 'etcd', '--replicas=1']);
    await pair.until('EtcdHealthy', 'False', 'JustBack');
    // Milvus itself may have ended meanwhile and have to start again: Kubernetes does that, not the operator.
    await pair.untilSteady({ timeoutMs: 120_000 });
    scene.measurements['readyAgainMs'] = Date.now() - startedMs;
    await pair.until('EtcdHealthy', 'True');
    await pair.untilEvent('EtcdReachable');
    const since = await operatorWrites(scene.cluster, { sinceMs: stoppedMs, namespace: scene.namespace });
    expect(since.filter(({ verb }) => verb === 'delete').map(inWords)).toEqual([]);
    expect((await pair.pods()).map(({ metadata }) => metadata.uid)).toEqual(uids);
  },
);
