import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import { inWords, operatorWrites } from '../support/audit.ts';
import { operatorKubectl } from '../support/operator.ts';
import { pairManifest } from '../support/pair.ts';
import { namespaceKind } from '../support/kinds.ts';
import { scenario, type Scene } from '../support/scenario.ts';
import { scenarioLabel } from '../support/settings.ts';

/**
 * Two of everything that comes every half minute (guards, sessions read again) fit into 75 s, but no resync of a pair, which comes
 * after four to five minutes: `make soak` rests for ten.
 */
const restMs = process.env['SOAK'] === '1' ? 600_000 : 75_000;

scenario(
  'while nothing happens the operator writes nothing but its Lease and logs nothing',
  async (scene) => {
    const { cluster, kubectl, namespace } = scene;
    await until('other scenarios to be gone', async () => (await namespaces(scene)).join() === namespace, {
      timeoutMs: 120_000,
      everyMs: 500,
    });
    await scene.startEtcd();
    const roles = ['rootcoord', 'querycoord', 'datacoord'];
    await kubectl.apply(roles.map((role) => pairManifest(role, { role })));
    for (const role of roles) await scene.pair(role).untilSteady();
    const statuses = () =>
      Promise.all(roles.map(async (role) => JSON.stringify((await scene.pair(role).get()).status)));
    // Bindings of sessions to containers are still being found out: a third of the lease.
    await until(
      'the operator to be quiet',
      async () => (await operatorWrites(cluster, { sinceMs: Date.now() - 15_000, namespace })).length === 0,
      { timeoutMs: 90_000, everyMs: 1_000 },
    );
    const [before, sinceMs] = [await statuses(), Date.now()];
    await until('the rest to be over', () => Date.now() - sinceMs > restMs, {
      timeoutMs: restMs + 5_000,
      everyMs: 500,
    });
    const writes = (await operatorWrites(cluster, { sinceMs })).filter(({ resource }) => resource !== 'leases');
    scene.measurements['restMs'] = restMs;
    scene.measurements['writes'] = writes.length;
    expect(writes.map(inWords)).toEqual([]);
    expect(await statuses()).toEqual(before);
    const sinceTime = new Date(sinceMs).toISOString();
    const selector = ['--selector', 'app.kubernetes.io/component=operator'];
    expect(await operatorKubectl(cluster).run(['logs', ...selector, '--since-time', sinceTime])).toBe('');
  },
  { timeoutMs: restMs + 300_000 },
);

/** Those of scenarios. */
async function namespaces({ client }: Scene): Promise<string[]> {
  const { items } = await client.list(namespaceKind, { labelSelector: scenarioLabel });
  return items.map(({ metadata }) => metadata.name);
}
