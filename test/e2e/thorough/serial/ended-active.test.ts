import { until } from '../../../support/until.ts';
import { endActive, endEach, ways } from '../../support/ended-active.ts';
import { scaleOperator } from '../../support/operator.ts';
import { scenario } from '../../support/scenario.ts';

scenario(
  'ACTIVE is killed, OOM-killed, panicking: with the operator another process has the role sooner than without',
  async (scene) => {
    const etcd = await scene.startEtcd();
    const withOperator = await endEach(scene, etcd, ways);
    await scaleOperator(scene.cluster, 0);
    let alone: readonly number[];
    try {
      alone = await Promise.all(ways.map((way) => endActive(scene, etcd, way)));
    } finally {
      await scaleOperator(scene.cluster, 2);
    }
    for (const [index, { name }] of ways.entries()) {
      const [ms = 0, aloneMs = 0] = [withOperator[index], alone[index]];
      Object.assign(scene.measurements, { [`${name}-failoverMs`]: ms, [`${name}-aloneMs`]: aloneMs });
      scene.measurements[`${name}-ratioToAlone`] = Number((ms / aloneMs).toFixed(3));
    }
    await Promise.all(
      ways.map(({ name }) =>
        until(
          `the operator to catch up with ${name}`,
          async () => (await scene.pair(name).status()).history?.length === 2,
          {
            timeoutMs: 60_000,
          },
        ),
      ),
    );
  },
  { timeoutMs: 420_000 },
);
