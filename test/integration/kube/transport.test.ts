import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isAlreadyExists, isConflict, isInvalid } from '../../../src/kube/errors.ts';
import type { RequestReport } from '../../../src/kube/http-session.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts';
import { configMapKind } from '../../../src/kube/kinds.ts';
import { configMap, namespaceFor, type ConfigMap } from './config-maps.ts';

let server: ApiServer;
let proxy: FaultyProxy;
let client: KubeClient & AsyncDisposable;
let reports: RequestReport[];
let namespace: string;

beforeAll(async () => {
  server = await startApiServer();
}, 120_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('the transport', () => {
  beforeAll(async () => {
    proxy = await startFaultyProxy(server);
    reports = [];
    client = server.client({
      kubeconfig: await server.kubeconfigFor(proxy.url),
      version: '1.2.3',
      component: 'manager',
      deadlineMs: 2_000,
      onRequest: (report) => reports.push(report),
    });
    namespace = await namespaceFor(server, 'transport');
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  it('makes, reads, replaces, patches and deletes an object', async () => {
    const made = await client.create<ConfigMap>(configMapKind, configMap(namespace, 'a', { x: '1' }));
    await client.update<ConfigMap>(configMapKind, { ...made, data: { x: '2' } });
    await client.mergePatch(configMapKind, 'a', namespace, { metadata: { uid: made.metadata.uid }, data: { y: '3' } });
    const read = await client.get<ConfigMap>(configMapKind, 'a', namespace);
    expect(read?.data).toEqual({ x: '2', y: '3' });
    expect(await client.delete(configMapKind, 'a', namespace, { uid: made.metadata.uid })).toBe(true);
    expect(await client.delete(configMapKind, 'a', namespace)).toBe(false);
    expect(await client.get(configMapKind, 'a', namespace)).toBeUndefined();
  });

  it('lists in pages and says what kind the items are', async () => {
    for (const name of ['p1', 'p2', 'p3']) await client.create(configMapKind, configMap(namespace, name));
    const first = await client.list(configMapKind, { namespace, labelSelector: 'test=yes', limit: 2 });
    const second = await client.list(configMapKind, {
      namespace,
      labelSelector: 'test=yes',
      limit: 2,
      continue: first.metadata.continue ?? '',
    });
    const items = [...first.items, ...second.items];
    expect(items.map(({ kind, apiVersion, metadata }) => [apiVersion, kind, metadata.name])).toEqual([
      ['v1', 'ConfigMap', 'p1'],
      ['v1', 'ConfigMap', 'p2'],
      ['v1', 'ConfigMap', 'p3'],
    ]);
  });

  it('does not delete a successor: a stale uid is a conflict', async () => {
    const old = await client.create(configMapKind, configMap(namespace, 'again'));
    await client.delete(configMapKind, 'again', namespace);
    const young = await client.create(configMapKind, configMap(namespace, 'again'));
    const stale = await client.delete(configMapKind, 'again', namespace, { uid: old.metadata.uid }).catch(asError);
    expect(isConflict(stale)).toBe(true);
    expect((await client.get(configMapKind, 'again', namespace))?.metadata.uid).toBe(young.metadata.uid);
  });

  it('does not patch a successor, and never makes an object by patching', async () => {
    const old = await client.create(configMapKind, configMap(namespace, 'patched'));
    await client.delete(configMapKind, 'patched', namespace);
    const patch = { metadata: { uid: old.metadata.uid }, data: { x: 'wrong' } };
    await expect(client.mergePatch(configMapKind, 'patched', namespace, patch)).rejects.toMatchObject({ code: 404 });
    await client.create(configMapKind, configMap(namespace, 'patched'));
    const stale = await client.mergePatch(configMapKind, 'patched', namespace, patch).catch(asError);
    expect(isConflict(stale)).toBe(true);
  });

  it('tells refusals apart', async () => {
    await client.create(configMapKind, configMap(namespace, 'twice'));
    const twice = await client.create(configMapKind, configMap(namespace, 'twice')).catch(asError);
    expect([isAlreadyExists(twice), isConflict(twice)]).toEqual([true, false]);

    const invalid = await client.create(configMapKind, configMap(namespace, 'Not_A_Name')).catch(asError);
    expect(isInvalid(invalid)).toBe(true);
    expect(invalid).toMatchObject({ reason: 'Invalid', causes: [{ field: 'metadata.name' }] });

    await using stranger = server.client({ kubeconfig: await server.kubeconfigFor(server.url, 'no such token') });
    await expect(stranger.get(configMapKind, 'twice', namespace)).rejects.toMatchObject({ code: 401 });
  });

  it('uses a few connections for many calls', async () => {
    const before = proxy.connections;
    await client.create(configMapKind, configMap(namespace, 'popular'));
    for (let i = 0; i < 100; i += 1) await client.get(configMapKind, 'popular', namespace);
    expect(proxy.connections - before).toBeLessThanOrEqual(1);
    await Promise.all(Array.from({ length: 200 }, () => client.get(configMapKind, 'popular', namespace)));
    expect(proxy.connections - before).toBeLessThanOrEqual(16);
  });

  it('waits as long as a 429 asks before it tries again', async () => {
    const before = proxy.requests.length;
    proxy.answerNext({ code: 429, retryAfterSeconds: 1 });
    await client.create(configMapKind, configMap(namespace, 'patient'));
    const [first, second] = proxy.requests.slice(before);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('leaves a long wait to its caller', async () => {
    proxy.answerNext({ code: 429, retryAfterSeconds: 60 });
    const before = proxy.requests.length;
    await expect(client.get(configMapKind, 'x', namespace)).rejects.toMatchObject({
      code: 429,
      reason: 'TooManyRequests',
      retryable: true,
      retryAfterSeconds: 60,
    });
    expect(proxy.requests.length - before).toBe(1);
  });

  it('repeats a read after a 500 and after a reset, but never a create', async () => {
    await client.create(configMapKind, configMap(namespace, 'steady'));
    proxy.answerNext({ code: 500 }, { code: 503 });
    expect(await client.get(configMapKind, 'steady', namespace)).toBeDefined();

    proxy.answerNext({ code: 500 });
    const before = proxy.requests.length;
    await expect(client.create(configMapKind, configMap(namespace, 'once'))).rejects.toMatchObject({ code: 500 });
    expect(proxy.requests.length - before).toBe(1);

    proxy.delay(300);
    const read = client.get(configMapKind, 'steady', namespace);
    const reset = setTimeout(() => proxy.reset(), 100);
    expect(await read).toBeDefined();
    clearTimeout(reset);
    proxy.delay(0);
  });

  it('gives up a call whose answer does not come in time, and works again afterwards', async () => {
    proxy.freeze();
    const late = await client.create(configMapKind, configMap(namespace, 'late')).catch(asError);
    expect(late).toMatchObject({ code: 0, reason: 'Timeout', retryable: true });
    proxy.thawForNewConnections();
    expect(await client.get(configMapKind, 'late', namespace)).toBeUndefined();
  }, 20_000);

  it('stops at once when its caller does, with the caller’s reason', async () => {
    proxy.delay(60_000);
    const abort = new AbortController();
    const call = client.get(configMapKind, 'x', namespace, { signal: abort.signal });
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
    proxy.delay(0);
  });

  it('names itself and reports each request, with no token in reports or errors', async () => {
    const error = await client.get({ ...configMapKind, plural: 'nonsense' }, 'x', namespace).catch(asError);
    expect(error).toBeUndefined();
    expect(proxy.requests.at(-1)?.userAgent).toBe('coordinator-pair-operator/1.2.3 (manager)');
    expect(reports.at(-1)).toMatchObject({ verb: 'get', host: new URL(proxy.url).host, code: 404 });
    proxy.answerAlways({ code: 500 });
    const failed = await client.list(configMapKind, { namespace }).catch(asError);
    proxy.answerAlways();
    expect(failed).toBeInstanceOf(Error);
    expect(JSON.stringify([reports, failed, String(failed)])).not.toContain(server.token);
  });
});

describe('credentials', () => {
  it('are read again when the server does not accept the token', async () => {
    const kubeconfig = await server.kubeconfigFor(server.url, 'outdated');
    await using rotated = server.client({ kubeconfig });
    await expect(rotated.list(configMapKind)).rejects.toMatchObject({ code: 401, reason: 'Unauthorized' });
    await writeFile(kubeconfig, (await readFile(kubeconfig, 'utf8')).replace('outdated', server.token));
    expect((await rotated.list(configMapKind)).items.length).toBeGreaterThan(0);
  });

  it('follow a new CA without a restart', async () => {
    await using lasting = server.client();
    await lasting.list(configMapKind);
    await server.restart({ newCertificate: true });
    expect((await lasting.list(configMapKind)).items.length).toBeGreaterThan(0);
  }, 60_000);
});

function asError(error: unknown): unknown {
  return error;
}
