import { expect } from '@jest/globals';
import { ensurePrograms } from '../../../cluster/programs.ts';
import { makeTLSMaterial } from '../../../integration/support/tls-material.ts';
import { scenario } from '../../support/scenario.ts';

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
