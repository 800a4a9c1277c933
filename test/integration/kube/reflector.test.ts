import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isExpired } from '../../../src/kube/errors.ts';
import { configMapKind } from '../../../src/kube/kinds.ts';
import { silent } from '../../../src/kube/log.ts';
import type { Change } from '../../../src/kube/object-store.ts';
import { Reflector } from '../../../src/kube/reflector.ts';
import { until } from '../../support/until.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts';
import { configMap, namespaceFor, type ConfigMap } from './config-maps.ts';

let server: ApiServer;
/** Straight to the API server: makes changes and knows the truth. */
let direct: KubeClient & AsyncDisposable;
let proxy: FaultyProxy;
/** Through the proxy. */
let client: KubeClient & AsyncDisposable;
let reflector: Reflector<ConfigMap>;
let namespace: string;
let changes: Change<ConfigMap>[];

beforeAll(async () => {
  server = await startApiServer();
  direct = server.client();
}, 120_000);
afterAll(async () => {
  await direct[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

beforeEach(async () => {
  proxy = await startFaultyProxy(server);
  // The shortest life of a watch, so that a half-open one is found after 33 s.
  client = server.client({ kubeconfig: await server.kubeconfigFor(proxy.url), deadlineMs: 2_000, random: () => 0 });
  namespace = await namespaceFor(server, 'reflector');
  changes = [];
  reflector = new Reflector<ConfigMap>({
    client,
    kind: configMapKind,
    namespaces: [namespace],
    labelSelector: 'test=yes',
    log: silent,
  });
  reflector.subscribe((change) => changes.push(change));
});
afterEach(async () => {
  await reflector[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

/** Starts with three objects, watched. */
async function follow(): Promise<void> {
  for (const name of ['kept', 'changed', 'deleted']) await direct.create(configMapKind, configMap(namespace, name));
  reflector.start();
  await until('a watch is open', () => reflector.hasSynced && proxy.openWatches === 1);
}

/** One of each: made, changed, deleted, deleted and made again. */
async function changeThings(): Promise<void> {
  await direct.create(configMapKind, configMap(namespace, 'made'));
  await direct.mergePatch(configMapKind, 'changed', namespace, { data: { round: String(performance.now()) } });
  await direct.delete(configMapKind, 'deleted', namespace);
  await direct.delete(configMapKind, 'kept', namespace);
  await direct.create(configMapKind, configMap(namespace, 'kept'));
}

async function truth(): Promise<string[]> {
  const { items } = await direct.list<ConfigMap>(configMapKind, { namespace, labelSelector: 'test=yes' });
  return items.map(identityOf).sort();
}

async function expectTheTruth(timeoutMs = 15_000): Promise<void> {
  const wanted = await truth();
  await until(
    `the reflector knows ${wanted.join(', ')}`,
    () => JSON.stringify(reflector.list().map(identityOf).sort()) === JSON.stringify(wanted),
    { timeoutMs },
  );
  expectOneStoryPerUid();
}

function identityOf({ metadata }: ConfigMap): string {
  return `${metadata.name} ${metadata.uid ?? ''} ${metadata.resourceVersion ?? ''}`;
}

/** Each uid: added once, then updated to other versions, at most one deletion at the end; and it adds up to the copy. */
function expectOneStoryPerUid(): void {
  const stories = new Map<string, Change<ConfigMap>[]>();
  for (const change of changes) {
    const story = stories.get(change.object.metadata.uid) ?? [];
    stories.set(change.object.metadata.uid, [...story, change]);
  }
  const alive = [...stories].filter(([, story]) => story.at(-1)?.type !== 'deleted').map(([uid]) => uid);
  expect(alive.sort()).toEqual(
    reflector
      .list()
      .map(({ metadata }) => metadata.uid)
      .sort(),
  );
  for (const story of stories.values()) {
    expect(story.map(({ type }) => type).join(' ')).toMatch(/^added( updated)*( deleted)?$/);
    const versions = story
      .filter(({ type }) => type !== 'deleted')
      .map(({ object }) => object.metadata.resourceVersion);
    expect(new Set(versions).size).toBe(versions.length);
  }
}

function storyOf(name: string): string[] {
  return changes
    .filter(({ object }) => object.metadata.name === name)
    .map(({ type, object }) => `${type} ${object.metadata.uid}`);
}

const tooOld = JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired', message: 'too old' },
});

describe('a reflector', () => {
  it('copies a collection and follows its changes, without managed fields', async () => {
    await follow();
    await changeThings();
    await expectTheTruth();
    expect(JSON.stringify(reflector.list())).not.toContain('managedFields');
    expect(reflector.get(namespace, 'made')?.metadata.name).toBe('made');
    expect(reflector.get(namespace, 'deleted')).toBeUndefined();
  });

  it('reads a collection of several pages completely', async () => {
    const names = Array.from({ length: 1_100 }, (_, i) => `many-${i}`);
    for (let i = 0; i < names.length; i += 50)
      await Promise.all(names.slice(i, i + 50).map((name) => direct.create(configMapKind, configMap(namespace, name))));
    reflector.start();
    await reflector.synced;
    expect(proxy.requests.filter(({ watch }) => !watch)).toHaveLength(3);
    expect(reflector.list()).toHaveLength(1_100);
  }, 60_000);

  const faults: readonly [string, (changes: () => Promise<void>) => Promise<void> | void][] = [
    ['a clean end', () => proxy.cut()],
    ['a reset', () => proxy.reset()],
    ['an ERROR line with code 410', () => proxy.inject(`${tooOld}\n`)],
    [
      'an ERROR line with code 500',
      () => proxy.inject(`${tooOld.replace('410', '500').replace('Expired', 'Unknown')}\n`),
    ],
    ['a line of garbage', () => proxy.inject('{"type":"ADD<html>\n')],
    ['an event of no known type', () => proxy.inject('{"type":"SURPRISE","object":{}}\n')],
    ['an event cut in two', () => proxy.truncateNextEvent()],
    [
      '410 to the next watch',
      () => {
        proxy.answerNext({ code: 410, matches: ({ watch }) => watch });
        proxy.cut();
      },
    ],
    [
      '410 and a list that fails, too',
      () => {
        proxy.answerNext(
          { code: 410, matches: ({ watch }) => watch },
          { code: 410, matches: ({ watch }) => !watch },
          { code: 403, matches: ({ watch }) => !watch },
        );
        proxy.cut();
      },
    ],
    [
      '429 with Retry-After to the next watch',
      () => {
        proxy.answerNext({ code: 429, retryAfterSeconds: 1, matches: ({ watch }) => watch });
        proxy.cut();
      },
    ],
    [
      '500, 503 and 504 to the next watches',
      () => {
        proxy.answerNext({ code: 500 }, { code: 503 }, { code: 504 });
        proxy.cut();
      },
    ],
    [
      'a page of HTML instead of an answer',
      () => {
        proxy.answerNext({ code: 200, body: '<html>\n' }, { code: 502, body: '<html>' });
        proxy.cut();
      },
    ],
    [
      'an API server that is killed and starts again',
      async (changeMeanwhile) => {
        await server.kill();
        await server.restart();
        await changeMeanwhile();
      },
    ],
    [
      'refused connections while things change',
      async (changeMeanwhile) => {
        proxy.refuse();
        await changeMeanwhile();
        proxy.allow();
      },
    ],
    [
      'watches that end as soon as they are open',
      async () => {
        proxy.answerAlways({ code: 200, body: '', matches: ({ watch }) => watch });
        proxy.cut();
        await until('several were tried', () => proxy.requests.filter(({ watch }) => watch).length >= 4);
        proxy.answerAlways();
      },
    ],
  ];
  it.each(faults)(
    'finds the truth again after %s',
    async (_name, fault) => {
      await follow();
      const meanwhile = { changed: false };
      await fault(async () => {
        meanwhile.changed = true;
        await changeThings();
      });
      if (!meanwhile.changed) await changeThings();
      await expectTheTruth(30_000);
      await until('nothing is left of the failure', () => reflector.status.failures === 0);
    },
    60_000,
  );

  it('reports what was deleted and made again while it was cut off as both', async () => {
    await follow();
    const before = reflector.get(namespace, 'kept')?.metadata.uid ?? '';
    proxy.answerNext({ code: 410, matches: ({ watch }) => watch });
    proxy.refuse();
    await direct.delete(configMapKind, 'kept', namespace);
    const after = await direct.create(configMapKind, configMap(namespace, 'kept'));
    proxy.allow();
    await expectTheTruth();
    expect(storyOf('kept')).toEqual([`added ${before}`, `deleted ${before}`, `added ${after.metadata.uid}`]);
    const relisted = proxy.requests.filter(({ watch }) => !watch).length;
    expect(relisted).toBe(2);
  });

  it('goes on from where it was after a clean end, without a list', async () => {
    await follow();
    proxy.cut();
    await changeThings();
    await expectTheTruth();
    expect(proxy.requests.filter(({ watch }) => !watch)).toHaveLength(1);
  });

  it('finds a half-open watch and follows again', async () => {
    await follow();
    proxy.freeze();
    proxy.thawForNewConnections();
    await changeThings();
    await expectTheTruth(45_000);
  }, 60_000);

  it('lives without bookmarks', async () => {
    proxy.dropBookmarks();
    await follow();
    await until('the watch has ended by its time', () => proxy.requests.filter(({ watch }) => watch).length >= 2, {
      timeoutMs: 40_000,
    });
    await changeThings();
    await expectTheTruth();
  }, 60_000);

  it('does not ask sooner than a 429 wants', async () => {
    await follow();
    const before = proxy.requests.length;
    proxy.answerNext({ code: 429, retryAfterSeconds: 2, matches: ({ watch }) => watch });
    proxy.cut();
    await until('it asked twice', () => proxy.requests.length >= before + 2);
    const [first, second] = proxy.requests.slice(before);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(2_000);
  });

  it('survives a listener that throws', async () => {
    reflector.subscribe(() => {
      throw new Error('a bug in a listener');
    });
    await follow();
    await changeThings();
    await expectTheTruth();
  });

  it('opens no watch when it is stopped during its list', async () => {
    proxy.delay(200);
    reflector.start();
    await until('the list is under way', () => proxy.requests.length === 1);
    await reflector[Symbol.asyncDispose]();
    proxy.delay(0);
    // A later watch of another reflector proves that the time for a stray one has passed.
    await using other = new Reflector({ client, kind: configMapKind, log: silent });
    other.start();
    await until('the other one watches', () => proxy.openWatches === 1);
    expect(proxy.requests.filter(({ watch }) => watch)).toHaveLength(1);
    expect(changes).toEqual([]);
  });

  it('closes its watch when it is stopped', async () => {
    await follow();
    await reflector[Symbol.asyncDispose]();
    await until('the watch is closed', () => proxy.openWatches === 0);
  });

  it('refuses to start twice', () => {
    reflector.start();
    expect(() => reflector.start()).toThrow('started before');
  });

  it('follows several namespaces and no other', async () => {
    const others = [await namespaceFor(server, 'second'), await namespaceFor(server, 'unwatched')] as const;
    await using wide = new Reflector({
      client,
      kind: configMapKind,
      namespaces: [namespace, others[0]],
      labelSelector: 'test=yes',
      log: silent,
    });
    wide.start();
    await until('it has synced', () => wide.hasSynced);
    for (const each of [namespace, ...others]) await direct.create(configMapKind, configMap(each, 'here'));
    await until('both are seen', () => wide.list().length === 2);
    expect(wide.get(others[0], 'here')).toBeDefined();
    expect(wide.get(others[1], 'here')).toBeUndefined();
  });
});

describe('a watch', () => {
  it('learns from a real server that a resource version is too old', async () => {
    await direct.create(configMapKind, configMap(namespace, 'something'));
    await server.restart();
    const watch = async (): Promise<void> => {
      for await (const event of direct.watch(configMapKind, { resourceVersion: '1' })) throw new Error(event.type);
    };
    const error = await watch().catch((thrown: unknown) => thrown);
    expect(isExpired(error)).toBe(true);
  }, 60_000);
});
