import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { secretKind } from '../../../src/kube/kinds.ts';
import { NamedReads, READ_MAX_AGE_MS } from '../../../src/pair/named-reads.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Reads that are answered by `answer`; counts the calls. */
function start(answer: () => object | undefined) {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const get = ((kind: { kind: string }, name: string, namespace: string) => {
    calls.push(`${kind.kind} ${namespace}/${name}`);
    return Promise.resolve().then(answer);
  }) as unknown as KubeClient['get'];
  const reads = new NamedReads(fakeClient({ get }), clock, ({ metadata: { name } }) => ({ name }));
  return { clock, calls, read: (name = 'login') => reads.get(secretKind, 'milvus', name), reads };
}
const login = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' } };
const refused = (code: number) => () => {
  throw new ApiError('get secrets milvus/login', { code, reason: 'any' });
};

describe('an object that a pair names', () => {
  it('is read once in five minutes, however often it is asked for', async () => {
    const { clock, calls, read } = start(() => login);
    await Promise.all([read(), read()]);
    await clock.advance(READ_MAX_AGE_MS - 1);
    expect(await read()).toEqual({ name: 'login' });
    expect(calls).toEqual(['Secret milvus/login']);
    await clock.advance(1);
    await read();
    expect(calls).toHaveLength(2);
  });

  it('is read anew when what was read does not count any more', async () => {
    const { calls, read, reads } = start(() => login);
    await read();
    reads.forget(secretKind, 'milvus', 'login');
    await read();
    expect(calls).toHaveLength(2);
  });

  it('is looked for again at each look while it is not there', async () => {
    const { calls, read } = start(() => undefined);
    expect(await read()).toBeUndefined();
    expect(await read()).toBeUndefined();
    expect(calls).toHaveLength(2);
  });

  it('counts as absent when it may not be read', async () => {
    expect(await start(refused(403)).read()).toBeUndefined();
  });

  it('is asked for again after a failure, which is told', async () => {
    const { calls, read } = start(refused(500));
    await expect(read()).rejects.toThrow('get secrets');
    await expect(read()).rejects.toThrow('get secrets');
    expect(calls).toHaveLength(2);
  });
});
