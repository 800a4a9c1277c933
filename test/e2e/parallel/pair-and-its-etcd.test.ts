import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import { guardEtcd, untilDiagnosed } from '../support/guard.ts';
import { scenario } from '../support/scenario.ts';

scenario(
  'what a guard finds shows in the pair that names it, and a guard that is not there changes nothing',
  async (scene) => {
    const { kubectl, measurements } = scene;
    await scene.startEtcd(3);
    const pair = await scene.applyPair('rootcoord', { etcd: { endpoints: ['etcd:2379'], guardName: 'etcd' } });
    await pair.untilSteady();
    await pair.until('EtcdHealthy', 'True', 'GuardSilent');
    const { status: before } = await pair.get();

    await guardEtcd(scene, 'etcd');
    await pair.until('EtcdHealthy', 'True', 'Healthy');

    await kubectl.run(['set', 'image', 'statefulset/etcd', 'etcd=localhost/etcd:missing']);
    await untilDiagnosed(scene, 'etcd', 'ImagePullFailed');
    const namedMs = Date.now();
    await until('the pair to say what the guard says', async () =>
      /^EtcdGuard etcd says: ImagePullFailed of etcd-2 since .*; remedy: /.test(
        (await pair.until('EtcdHealthy', 'False', 'Diagnosed')).message,
      ),
    );
    measurements['shownInThePairMs'] = Date.now() - namedMs;
    expect(await pair.condition('Ready')).toMatchObject({ status: 'True' });

    await kubectl.run(['delete', 'etcdguard', 'etcd']);
    await pair.until('EtcdHealthy', 'True', 'GuardSilent');
    const { status: after } = await pair.get();
    expect([after?.active?.podName, after?.history]).toEqual([before?.active?.podName, before?.history]);
  },
);
