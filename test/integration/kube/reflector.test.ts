import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { isExpired } from '../../../src/kube/errors.ts';
import { configMapKind } from '../../../src/kube/kinds.ts';
import { silent } from '../../../src/base/log.ts';
import { Reflector } from '../../../src/kube/reflector.ts';
import { until } from '../../support/until.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { configMap, namespaceFor } from './config-maps.ts';
import { FollowedCollection } from './followed-collection.ts';

let server: ApiServer;
let followed: FollowedCollection;

beforeAll(async () => {
  server = await startApiServer();
}, 120_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  followed = await FollowedCollection.of(server);
});
afterEach(async () => {
  await followed[Symbol.asyncDispose]();
});

describe('a reflector', () => {
  it('copies a collection and follows its changes, without managed fields', async () => {
    await followed.follow();
    await followed.changeThings();
    await followed.expectTheTruth();
    expect(JSON.stringify(followed.reflector.list())).not.toContain('managedFields');
    expect(followed.reflector.get(followed.namespace, 'made')?.metadata.name).toBe('made');
    expect(followed.reflector.get(followed.namespace, 'deleted')).toBeUndefined();
  });

  it('reads a collection of several pages completely', async () => {
    const names = Array.from({ length: 1_100 }, (_, i) => `many-${i}`);
    for (let i = 0; i < names.length; i += 50)
      await Promise.all(
        names
          .slice(i, i + 50)
          .map((name) => followed.direct.create(configMapKind, configMap(followed.namespace, name))),
      );
    followed.reflector.start();
    await followed.reflector.synced;
    expect(followed.lists).toBe(3);
    expect(followed.reflector.list()).toHaveLength(1_100);
  }, 60_000);

  it('reports what was deleted and made again while it was cut off as both', async () => {
    await followed.follow();
    const before = followed.reflector.get(followed.namespace, 'kept')?.metadata.uid ?? '';
    followed.proxy.answerNext({ code: 410, matches: ({ watch }) => watch });
    followed.proxy.refuse();
    await followed.direct.delete(configMapKind, 'kept', followed.namespace);
    const after = await followed.direct.create(configMapKind, configMap(followed.namespace, 'kept'));
    followed.proxy.allow();
    await followed.expectTheTruth();
    expect(followed.storyOf('kept')).toEqual([`added ${before}`, `deleted ${before}`, `added ${after.metadata.uid}`]);
    expect(followed.lists).toBe(2);
  });

  it('goes on from where it was after a clean end, without a list', async () => {
    await followed.follow();
    followed.proxy.cut();
    await followed.changeThings();
    await followed.expectTheTruth();
    expect(followed.lists).toBe(1);
  });

  it('lives without bookmarks', async () => {
    followed.proxy.dropBookmarks();
    await followed.follow();
    await until('the watch has ended by its time', () => followed.watches >= 2, {
      timeoutMs: 40_000,
    });
    await followed.changeThings();
    await followed.expectTheTruth();
  }, 60_000);

  it('does not ask sooner than a 429 wants', async () => {
    await followed.follow();
    const before = followed.proxy.requests.length;
    followed.proxy.answerNext({ code: 429, retryAfterSeconds: 2, matches: ({ watch }) => watch });
    followed.proxy.cut();
    await until('it asked twice', () => followed.proxy.requests.length >= before + 2);
    const [first, second] = followed.proxy.requests.slice(before);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(2_000);
  });

  it('survives a listener that throws', async () => {
    followed.reflector.subscribe(() => {
      throw new Error('a bug in a listener');
    });
    await followed.follow();
    await followed.changeThings();
    await followed.expectTheTruth();
  });

  it('opens no watch when it is stopped during its list', async () => {
    followed.proxy.delay(200);
    followed.reflector.start();
    await until('the list is under way', () => followed.proxy.requests.length === 1);
    await followed.reflector[Symbol.asyncDispose]();
    followed.proxy.delay(0);
    // A later watch of another reflector proves that the time for a stray one has passed.
    await using other = new Reflector({ client: followed.client, kind: configMapKind, log: silent });
    other.start();
    await until('the other one watches', () => followed.proxy.openWatches === 1);
    expect(followed.watches).toBe(1);
    expect(followed.changes).toEqual([]);
  });

  it('closes its watch when it is stopped', async () => {
    await followed.follow();
    await followed.reflector[Symbol.asyncDispose]();
    await until('the watch is closed', () => followed.proxy.openWatches === 0);
  });

  it('refuses to start twice', () => {
    followed.reflector.start();
    expect(() => followed.reflector.start()).toThrow('started before');
  });

  it('follows several namespaces and no other', async () => {
    const others = [await namespaceFor(server, 'second'), await namespaceFor(server, 'unwatched')] as const;
    await using wide = new Reflector({
      client: followed.client,
      kind: configMapKind,
      namespaces: [followed.namespace, others[0]],
      labelSelector: 'test=yes',
      log: silent,
    });
    wide.start();
    await until('it has synced', () => wide.hasSynced);
    for (const each of [followed.namespace, ...others])
      await followed.direct.create(configMapKind, configMap(each, 'here'));
    await until('both are seen', () => wide.list().length === 2);
    expect(wide.get(others[0], 'here')).toBeDefined();
    expect(wide.get(others[1], 'here')).toBeUndefined();
  });
});

describe('a watch', () => {
  it('learns from a real server that a resource version is too old', async () => {
    await followed.direct.create(configMapKind, configMap(followed.namespace, 'something'));
    await server.restart();
    const watch = async (): Promise<void> => {
      for await (const event of followed.direct.watch(configMapKind, { resourceVersion: '1' }))
        throw new Error(event.type);
    };
    const error = await watch().catch((thrown: unknown) => thrown);
    expect(isExpired(error)).toBe(true);
  }, 60_000);
});
