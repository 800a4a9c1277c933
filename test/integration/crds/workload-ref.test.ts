import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCrd } from '../../../scripts/crd.ts';
import { useApiServer, type SharedApiServer } from '../support/shared-api-server.ts';
import { installCrds } from '../support/crds.ts';
import { dryRun, minimalSpec, pair } from './pairs.ts';
import { attached, podSettings, workloadMayNotChange } from './workload-rules.ts';

let server: SharedApiServer;

beforeAll(async () => {
  server = await useApiServer();
  await installCrds(server, 'coordinatorpairs');
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const apply = (manifest: object): Promise<string> => server.kubectl(['apply', '-f', '-'], JSON.stringify(manifest));
const replace = (manifest: object): Promise<string> => server.kubectl(['replace', '-f', '-'], JSON.stringify(manifest));

describe('a CoordinatorPair that looks after a workload', () => {
  it('needs nothing but role, workload and etcd', async () => {
    expect(await dryRun(server, attached())).toMatchObject({
      spec: { role: 'rootcoord', workloadRef: { kind: 'Deployment', name: 'my-release-milvus-rootcoord' } },
    });
    expect(await dryRun(server, attached())).not.toHaveProperty('spec.image');
  });

  it('may have a mode, a version and what the operator may do by itself', async () => {
    const spec = { mode: 'Paused', version: '2.5.10', remediation: { deadHolder: 'Never' } };
    expect(await dryRun(server, attached(spec))).toMatchObject({ spec });
  });

  it('has no field of `pod` that the rule forgets', async () => {
    const [version] = (await readCrd('crds/coordinatorpairs.yaml')).spec.versions;
    const fields = version?.schema.openAPIV3Schema.properties?.['spec']?.properties?.['pod']?.properties ?? {};
    expect(Object.keys(podSettings).sort()).toEqual(Object.keys(fields).sort());
  });

  it.each([
    ['another workload', attached({ workloadRef: { kind: 'Deployment', name: 'other' } }, 'kept')],
    ['another kind', attached({ workloadRef: { kind: 'StatefulSet', name: 'my-release-milvus-rootcoord' } }, 'kept')],
    ['pods of its own', pair({}, 'kept')],
  ])('is not changed to %s', async (_, changed) => {
    await apply(attached({}, 'kept'));
    await expect(replace(changed)).rejects.toThrow(`: ${workloadMayNotChange}`);
  });

  it('is not made of one with pods of its own', async () => {
    await apply(pair({}, 'own'));
    await expect(replace(attached({}, 'own'))).rejects.toThrow(`: ${workloadMayNotChange}`);
  });

  it('may be told at any time which container runs Milvus', async () => {
    const named = (containerName: string) =>
      attached({ workloadRef: { ...(attached().spec['workloadRef'] as object), containerName } }, 'named');
    await apply(attached({}, 'named'));
    await apply(named('rootcoord'));
    await apply(named('milvus'));
    const path = '{.spec.workloadRef.containerName}';
    expect(await server.kubectl(['get', 'cpair', 'named', '-o', `jsonpath=${path}`])).toBe('milvus');
  });

  it('may have its path put right, which moves no process', async () => {
    const at = (rootPath: string) => attached({ etcd: { ...minimalSpec.etcd, rootPath } }, 'path');
    await apply(at('wrong'));
    await apply(at('right'));
    expect(await server.kubectl(['get', 'cpair', 'path', '-o', 'jsonpath={.spec.etcd.rootPath}'])).toBe('right');
  });
});
