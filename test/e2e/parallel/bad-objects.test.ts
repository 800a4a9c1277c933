import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
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
  'Secrets, endpoints, accounts, quotas and settings that do not work are told by conditions that say what to do',
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
    const accountless = await scene.applyPair('accountless', {
      etcd: { endpoints: ['etcd:2379'], rootPath: 'accountless' },
      pod: { serviceAccountName: 'absent' },
    });
    // Every namespace has one ConfigMap, kube-root-ca.crt.
    await scene.kubectl.run(['create', 'quota', 'small', '--hard=count/configmaps=1']);
    const limited = await scene.applyPair('limited', {
      etcd: { endpoints: ['etcd:2379'], rootPath: 'limited' },
      config: { inline: { log: { level: 'info' } } },
    });
    const misspelt = await scene.applyPair('misspelt', {
      etcd: { endpoints: ['etcd:2379'], rootPath: 'misspelt' },
      pod: { affinity: { nodeAffinity: { wanted: {} } } },
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
    const notMade = 'no process has registered as ACTIVE yet: StatefulSet accountless: Create Pod accountless-';
    const account = async () => (await accountless.condition('Ready'))?.message.startsWith(notMade) ?? false;
    await until('Ready to say why no pod is made', account);
    expect((await accountless.status()).summary).toContain('serviceaccount "absent" not found');
    const refused = await limited.until('SpecValid', 'False', 'RejectedByServer');
    expect(refused.message).toMatch(/the API server refuses ConfigMap\/limited-config .*quota/);
    await limited.until('Ready', 'False', 'SpecInvalid');
    const unknown = await misspelt.until('SpecValid', 'False', 'RejectedByServer');
    expect(unknown.message).toMatch(/the API server refuses StatefulSet\/misspelt .*nodeAffinity\.wanted/);
    expect((await misspelt.status()).summary).toContain('nodeAffinity.wanted');
    await scene.kubectl.run(['get', 'service', 'misspelt-active', 'limited-active']);

    // Put right by what the messages say.
    await unreachablePair.change({ etcd: { endpoints: ['etcd:2379'] } });
    const user = ['--from-literal=username=milvus', '--from-literal=password=anything'];
    await scene.kubectl.run(['create', 'secret', 'generic', 'absent', ...user]);
    await scene.kubectl.run(['delete', 'quota', 'small']);
    await scene.kubectl.run(['create', 'configmap', 'absent', '--from-literal=user.yaml={}']);
    await scene.kubectl.run(['create', 'serviceaccount', 'absent']);
    await misspelt.change({ pod: { affinity: { nodeAffinity: null } } });
    // An etcd without authentication lets everybody in, but not without the Secret that the pair names.
    await secretless.until('EtcdReachable', 'True');
    await unreachablePair.untilSteady();
    await configless.untilSteady();
    await accountless.untilSteady();
    await limited.untilSteady();
    await misspelt.until('SpecValid', 'True');
  },
);
