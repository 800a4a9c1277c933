import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { standInImage } from '../../images/build.ts';
import { scenario } from '../support/scenario.ts';
import { root } from '../support/settings.ts';

const folder = join(root, 'examples');
const read = async (file: string) => readFile(join(folder, file), 'utf8');

/** The example as a user would adapt it to a namespace: another image, another etcd, less to reserve. */
async function adapted(file: string, namespace: string): Promise<string> {
  return (await read(file))
    .replaceAll(/milvusdb\/milvus:v([0-9.]+)/g, (_, release: string) => standInImage(release))
    .replaceAll('my-release-etcd', 'etcd')
    .replaceAll('.milvus.svc:', `.${namespace}.svc:`)
    .replaceAll(/requests: \{.*\}/g, 'requests: { cpu: 10m }');
}

scenario('every example is accepted by the API server', async ({ kubectl }) => {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /(?<!kustomization)[.]yaml$/.test(file));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) await kubectl.run(['apply', '--dry-run=server', '--filename', '-'], await read(file));
});

scenario('the coordinators of one Milvus 2.5, as in the example, run on one etcd of three members', async (scene) => {
  await scene.startEtcd(3);
  await scene.kubectl.apply(await adapted('three-coordinators.yaml', scene.namespace));
  for (const role of ['rootcoord', 'querycoord', 'datacoord']) {
    const pair = scene.pair(role);
    await pair.untilSteady();
    await pair.until('Redundant', 'True', 'DistinctNodes');
  }
});

scenario('the mixcoord of Milvus 2.6 runs as in the example', async (scene) => {
  await scene.startEtcd();
  const keys = ['--from-literal=accesskey=a', '--from-literal=secretkey=s'];
  await scene.kubectl.run(['create', 'secret', 'generic', 'my-release-minio', ...keys]);
  await scene.kubectl.apply(await adapted('mixcoord-2.6.yaml', scene.namespace));
  await scene.pair('mixcoord').untilSteady();
});
