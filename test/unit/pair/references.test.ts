import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { REFERENCE_MAX_AGE_MS, References } from '../../../src/pair/references.ts';
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
  return { clock, calls, references: new References(fakeClient({ get }), clock) };
}
const login = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' } };
const refused = (code: number) => () => {
  throw new ApiError('get secrets milvus/login', { code, reason: 'any' });
};

describe('a Secret that a pair refers to', () => {
  it('is read once in five minutes, however often it is asked for', async () => {
    const { clock, calls, references } = start(() => login);
    await Promise.all([references.secret('milvus', 'login'), references.secret('milvus', 'login')]);
    await clock.advance(REFERENCE_MAX_AGE_MS - 1);
    expect(await references.secret('milvus', 'login')).toBe(login);
    expect(calls).toEqual(['Secret milvus/login']);
    await clock.advance(1);
    await references.secret('milvus', 'login');
    expect(calls).toHaveLength(2);
  });

  it('is read anew after it did not work', async () => {
    const { calls, references } = start(() => login);
    await references.secret('milvus', 'login');
    references.forgetSecret('milvus', 'login');
    await references.secret('milvus', 'login');
    expect(calls).toHaveLength(2);
  });

  it('is looked for again at each look while it is not there', async () => {
    const { calls, references } = start(() => undefined);
    expect(await references.secret('milvus', 'login')).toBeUndefined();
    expect(await references.secret('milvus', 'login')).toBeUndefined();
    expect(calls).toHaveLength(2);
  });

  it('counts as absent when it may not be read', async () => {
    expect(await start(refused(403)).references.secret('milvus', 'login')).toBeUndefined();
  });

  it('is asked for again after a failure, which is told', async () => {
    const { calls, references } = start(refused(500));
    await expect(references.secret('milvus', 'login')).rejects.toThrow('get secrets');
    await expect(references.secret('milvus', 'login')).rejects.toThrow('get secrets');
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
