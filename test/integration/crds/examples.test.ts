import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { useApiServer, type SharedApiServer } from '../support/shared-api-server.ts';
import { installCrds } from '../support/crds.ts';

let server: SharedApiServer;

beforeAll(async () => {
  server = await useApiServer();
  await installCrds(server, 'coordinatorpairs', 'etcdguards', 'etcdrecoveries');
}, 120_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('the examples', () => {
  it('are accepted by the API server as they stand', async () => {
    const files = (await readdir('examples', { recursive: true }))
      .filter((file) => /(?<!kustomization)\.yaml$/.test(file))
      .sort();
    expect(files).toEqual([
      'etcd-care.yaml',
      'minimal.yaml',
      'mixcoord-2.6.yaml',
      'moved-from-helm-values.yaml',
      'moved-from-helm/1-under-care.yaml',
      'moved-from-helm/2-own-pods.yaml',
      'real-milvus/coordinators.yaml',
      'real-milvus/etcd-guard.yaml',
      'real-milvus/etcd.yaml',
      'real-milvus/kafka.yaml',
      'real-milvus/milvus-settings.yaml',
      'real-milvus/workers.yaml',
      'taken-under-care-from-helm.yaml',
      'three-coordinators.yaml',
      'tls-auth.yaml',
    ]);
    for (const file of files) {
      const kinds = [...(await readFile(`examples/${file}`, 'utf8')).matchAll(/^kind: (\w+)$/gm)];
      const answer = await server.kubectl(['create', '--dry-run=server', '-f', `examples/${file}`]);
      for (const [, kind = ''] of kinds) expect(answer).toContain(kind.toLowerCase());
    }
  }, 60_000);

  it('of a whole Milvus are accepted together', async () => {
    await server.kubectl(['create', 'namespace', 'milvus']);
    const answer = await server.kubectl(['create', '--dry-run=server', '-k', 'examples/real-milvus']);
    for (const role of ['rootcoord', 'datacoord', 'querycoord'])
      expect(answer).toContain(`coordinatorpair.ha.milvus.io/${role} created`);
  });
});
