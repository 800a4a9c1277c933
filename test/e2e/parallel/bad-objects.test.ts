import { expect } from '@jest/globals';
import { ensurePrograms } from '../../cluster/programs.ts';
import { makeTLSMaterial } from '../../integration/support/tls-material.ts';
import { pairManifest } from '../support/pair.ts';
import { scenario } from '../support/scenario.ts';

const asJson = (...args: Parameters<typeof pairManifest>) => JSON.stringify(pairManifest(...args));

scenario('what a pair cannot be is refused with a sentence that tells what to do', async ({ kubectl }) => {
  const refusal = (name: string, spec: object) => kubectl.refusal(['apply', '--filename', '-'], asJson(name, spec));
  expect(await refusal('rootcoord', { image: 'milvusdb/milvus:latest' })).toContain('`version` must be set');
  expect(await refusal('rootcoord', { image: 'milvusdb/milvus:v2.6.1' })).toContain('must be mixcoord');
  expect(await refusal('rootcoord', { etcd: { endpoints: ['http://etcd:2379'] } })).toContain('without a scheme');
  expect(await refusal('1st', {})).toContain('`metadata.name` must be');
});

scenario(
  'Secrets, endpoints and settings that do not work are told by conditions that say what to do',
  async (scene) => {
    await scene.startEtcd();
    // A Milvus that waits for etcd does not heed SIGTERM yet.
    const pod = { terminationGracePeriodSeconds: 2 };
    const unreachable = { endpoints: ['nowhere:2379'], rootPath: 'unreachable' };
    const unreachablePair = await scene.applyPair('unreachable', { etcd: unreachable, pod });
    const auth = { endpoints: ['etcd:2379'], rootPath: 'secretless', auth: { secretName: 'absent' } };
    const secretless = await scene.applyPair('secretless', { etcd: auth });
    const config = { configMapName: 'absent' };
    const configless = await scene.applyPair('configless', {
      etcd: { endpoints: ['etcd:2379'], rootPath: 'configless' },
      config,
    });
    const reserved = { inline: { etcd: { rootPath: 'elsewhere' } } };
    const reservedRefusal = scene.kubectl.refusal(
      ['apply', '--filename', '-'],
      asJson('reserved', { config: reserved }),
    );

    const secret = await secretless.until('EtcdReachable', 'False', 'SecretNotFound');
    expect(secret.message).toMatch(/Secret absent .* create it with the keys username, password/);
    const map = await configless.until('SpecValid', 'False', 'ConfigMapNotFound');
    expect(map.message).toMatch(/ConfigMap absent .* create it/);
    await configless.until('Ready', 'False', 'SpecInvalid');
    const etcd = await unreachablePair.until('EtcdReachable', 'False', 'Unreachable', { timeoutMs: 40_000 });
    expect(etcd.message).toContain('nowhere');
    await unreachablePair.until('Ready', 'Unknown', 'EtcdUnreachable');
    expect(await reservedRefusal).toContain('etcd');

    // Put right by what the messages say.
    await unreachablePair.change({ etcd: { endpoints: ['etcd:2379'] } });
    const user = ['--from-literal=username=milvus', '--from-literal=password=anything'];
    await scene.kubectl.run(['create', 'secret', 'generic', 'absent', ...user]);
    await scene.kubectl.run(['create', 'configmap', 'absent', '--from-literal=user.yaml={}']);
    // An etcd without authentication lets everybody in, but not without the Secret that the pair names.
    await secretless.until('EtcdReachable', 'True');
    await unreachablePair.untilSteady();
    await configless.untilSteady();
  },
);

scenario('a wrong password and a wrong certificate are told apart, and cured by changing the Secret', async (scene) => {
  const etcd = await scene.startEtcd();
  const secret = (password: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'user' },
    stringData: { username: 'milvus', password },
  });
  await etcd.etcdctl(['user', 'add', 'root:root']);
  await etcd.etcdctl(['user', 'add', 'milvus:right']);
  await etcd.etcdctl(['user', 'grant-role', 'root', 'root']);
  await etcd.etcdctl(['role', 'add', 'milvus']);
  await etcd.etcdctl(['role', 'grant-permission', 'milvus', 'readwrite', '--prefix', 'by-dev/']);
  await etcd.etcdctl(['user', 'grant-role', 'milvus', 'milvus']);
  await etcd.etcdctl(['auth', 'enable']);
  await scene.kubectl.apply(secret('wrong'));
  const login = { endpoints: ['etcd:2379'], auth: { secretName: 'user' } };
  const pair = await scene.applyPair('rootcoord', { etcd: login });
  const password = await pair.until('EtcdReachable', 'False', 'AuthenticationFailed');
  expect(password.message).toMatch(/password|log in/);

  await ensurePrograms(['etcdctl']);
  const material = await makeTLSMaterial(scene.cluster.runDir);
  await scene.kubectl.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'client' },
    stringData: { 'ca.crt': material.ca.cert, 'tls.crt': material.client.cert, 'tls.key': material.client.key },
  });
  const tls = { endpoints: ['etcd:2379'], rootPath: 'by-tls', tls: { secretName: 'client' } };
  const encrypted = await scene.applyPair('encrypted', { etcd: tls });
  await encrypted.until('EtcdReachable', 'False', 'TLSFailed');

  await scene.kubectl.apply(secret('right'));
  await pair.until('EtcdReachable', 'True', undefined, { timeoutMs: 60_000 });
  // The old password is in the environment of pods that were made with it.
  await scene.kubectl.run(['delete', 'pods', '--selector', 'ha.milvus.io/pair=rootcoord', '--wait=false']);
  await pair.untilSteady();
});
