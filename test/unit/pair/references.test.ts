import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { References } from '../../../src/pair/references.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** References to Secrets that are answered by `answer`; counts the calls. */
function start(answer: () => object | undefined) {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const get = ((kind: { kind: string }, name: string, namespace: string) => {
    calls.push(`${kind.kind} ${namespace}/${name}`);
    return Promise.resolve().then(answer);
  }) as unknown as KubeClient['get'];
  return { calls, references: new References(fakeClient({ get }), clock) };
}
const login = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' } };

describe('a Secret that a pair refers to', () => {
  it('is read anew after it did not work', async () => {
    const { calls, references } = start(() => login);
    await references.secret('milvus', 'login');
    references.forgetSecret('milvus', 'login');
    await references.secret('milvus', 'login');
    expect(calls).toHaveLength(2);
  });

  it('is another object than a ConfigMap of the same name, and than one in another namespace', async () => {
    const { calls, references } = start(() => login);
    await references.secret('milvus', 'login');
    await references.configMap('milvus', 'login');
    await references.secret('other', 'login');
    expect(calls).toEqual(['Secret milvus/login', 'ConfigMap milvus/login', 'Secret other/login']);
  });
});
