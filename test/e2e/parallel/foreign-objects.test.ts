import { expect } from '@jest/globals';
import { inWords, operatorWrites } from '../support/audit.ts';
import { scenario } from '../support/scenario.ts';

const labels = { app: 'somebody-elses' };

scenario('a StatefulSet and a Service of somebody else are left alone, and the pair says so', async (scene) => {
  await scene.startEtcd();
  await scene.kubectl.apply([
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'rootcoord' },
      spec: {
        replicas: 0,
        serviceName: 'somebody-elses',
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'it', image: 'localhost/nothing:1' }] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'rootcoord-active' },
      spec: { selector: labels, ports: [{ port: 80 }] },
    },
  ]);
  const specs = () =>
    scene.kubectl.run(['get', 'statefulset/rootcoord', 'service/rootcoord-active', '--output', 'jsonpath={..spec}']);
  const before = await specs();
  const sinceMs = Date.now();
  const pair = await scene.applyPair();
  const conflict = await pair.until('NoConflict', 'False', 'NameConflict');
  expect(conflict.message).toContain('StatefulSet rootcoord');
  expect(conflict.message).toContain('Service rootcoord-active');
  expect(conflict.message).toContain('rename the pair, or delete the object');
  await pair.until('Ready', 'False', 'Conflict');
  await pair.untilEvent('NameConflict');
  expect(await specs()).toBe(before);
  const writes = await operatorWrites(scene.cluster, { sinceMs, namespace: scene.namespace });
  const others = writes.filter(({ resource }) => resource !== 'coordinatorpairs' && resource !== 'events');
  expect(others.map(inWords)).toEqual([]);

  await scene.kubectl.run(['delete', 'statefulset/rootcoord', 'service/rootcoord-active']);
  await pair.untilSteady();
});
