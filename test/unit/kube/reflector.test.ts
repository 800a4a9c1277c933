import { describe, expect, it } from '@jest/globals';
import type { KubeClient, WatchEvent } from '../../../src/kube/client.ts';
import { answerTooLarge, ApiError } from '../../../src/kube/errors.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import { silent, type Log } from '../../../src/base/log.ts';
import type { KubeList, KubeObject, Stored } from '../../../src/kube/objects.ts';
import { Reflector, type ReflectorOptions } from '../../../src/kube/reflector.ts';
import { fakeClient } from './fake-client.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

type Pod = KubeObject & { readonly spec?: object };
const pod = (name: string, version: number): Stored<Pod> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', uid: `uid-${name}`, resourceVersion: String(version) },
});
const failure = (code: number, retryAfterSeconds?: number): ApiError =>
  new ApiError('x', { code, reason: 'Any', retryAfterSeconds });

/** What the server does at one watch: gives events, then fails, ends, or stays open. */
interface WatchScript {
  readonly events?: readonly WatchEvent<Pod>[];
  readonly then: 'end' | 'stay' | ApiError;
  /** Refused before it is open. */
  readonly refused?: boolean;
}

/** A server that follows a script; when that is over, watches stay open. */
function scripted(lists: (KubeList<Pod> | ApiError)[], watches: WatchScript[]) {
  const asked: string[] = [];
  const client = fakeClient({
    list: (_kind, selection) => {
      asked.push(`list ${selection?.continue ?? ''}`.trim());
      const next = lists.length > 1 ? lists.shift() : lists[0];
      if (next === undefined || next instanceof ApiError) return Promise.reject(next ?? failure(500));
      return Promise.resolve(next);
    },
    watch: (_kind, selection) => {
      asked.push(`watch ${selection.resourceVersion}`);
      return play(watches.shift() ?? { then: 'stay' }, selection);
    },
  } as Partial<KubeClient>);
  return { client, asked };
}

async function* play(
  script: WatchScript,
  selection: Parameters<KubeClient['watch']>[1],
): AsyncGenerator<WatchEvent<Pod>> {
  await Promise.resolve();
  if (script.refused !== true) selection.onOpen?.();
  for (const event of script.events ?? []) yield event;
  if (script.then === 'end') return;
  if (script.then !== 'stay') throw script.then;
  await new Promise((_resolve, reject) => {
    if (selection.signal?.aborted === true) reject(selection.signal.reason as Error);
    selection.signal?.addEventListener('abort', () => reject(selection.signal?.reason as Error));
  });
}

const page = (version: number, ...items: Stored<Pod>[]): KubeList<Pod> => ({
  metadata: { resourceVersion: String(version) },
  items,
});

function reflect(client: KubeClient, clock: VirtualClock, more: Partial<ReflectorOptions<Pod>> = {}): Reflector<Pod> {
  return new Reflector<Pod>({ client, kind: podKind, log: silent, clock, random: () => 1, ...more });
}

describe('a reflector', () => {
  it('asks for smaller pages where objects are large', async () => {
    const clock = new VirtualClock();
    const limits: (number | undefined)[] = [];
    const client = fakeClient({
      list: (_kind, selection) => {
        limits.push(selection?.limit);
        if ((selection?.limit ?? 0) > 10) return Promise.reject(answerTooLarge('list pods', 16));
        return Promise.resolve(page(5, pod('a', 1)));
      },
      watch: (_kind, selection) => play({ then: 'stay' }, selection),
    } as Partial<KubeClient>);
    await using reflector = reflect(client, clock);
    reflector.start();
    await reflector.synced;
    expect(limits).toEqual([500, 63, 8]);
    expect(reflector.list()).toEqual([pod('a', 1)]);
  });

  it('lists page by page, then watches from the list’s version', async () => {
    const clock = new VirtualClock();
    const first = { metadata: { resourceVersion: '5', continue: 'more' }, items: [pod('a', 1)] };
    const { client, asked } = scripted([first, page(5, pod('b', 2))], []);
    await using reflector = reflect(client, clock);
    expect(reflector.hasSynced).toBe(false);
    reflector.start();
    await reflector.synced;
    await clock.advance(0);
    expect(asked).toEqual(['list', 'list more', 'watch 5']);
    expect(reflector.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  });

  it('resumes from the last version it saw, bookmarks included', async () => {
    const clock = new VirtualClock();
    const events: WatchEvent<Pod>[] = [
      { type: 'ADDED', object: pod('a', 6) },
      { type: 'BOOKMARK', resourceVersion: '9' },
    ];
    const { client, asked } = scripted([page(5)], [{ events, then: failure(0) }]);
    await using reflector = reflect(client, clock);
    reflector.start();
    await clock.advance(1_000);
    expect(asked).toEqual(['list', 'watch 5', 'watch 9']);
  });

  it('lists again after 410, and only then', async () => {
    const clock = new VirtualClock();
    const { client, asked } = scripted(
      [page(5), page(50, pod('a', 40))],
      [{ then: failure(500) }, { then: failure(410) }],
    );
    await using reflector = reflect(client, clock);
    reflector.start();
    await clock.advance(5_000);
    expect(asked).toEqual(['list', 'watch 5', 'watch 5', 'list', 'watch 50']);
    expect(reflector.get('ns', 'a')).toEqual(pod('a', 40));
  });

  it('waits longer after each failure in a row and starts over after a watch that worked', async () => {
    const clock = new VirtualClock();
    const refused: WatchScript = { then: failure(503), refused: true };
    const worked: WatchScript = { events: [{ type: 'BOOKMARK', resourceVersion: '6' }], then: failure(0) };
    const { client, asked } = scripted([page(5)], [refused, refused, refused, worked, refused]);
    await using reflector = reflect(client, clock);
    reflector.start();
    const askedAfter: number[] = [];
    for (const ms of [0, 200, 400, 800, 200, 400]) {
      await clock.advance(ms);
      askedAfter.push(asked.length);
    }
    expect(askedAfter).toEqual([2, 3, 4, 5, 6, 7]);
    expect(reflector.status).toMatchObject({ failures: 0 });
  });

  it('says how badly it follows', async () => {
    const clock = new VirtualClock();
    const { client } = scripted([failure(503)], []);
    await using reflector = reflect(client, clock);
    reflector.start();
    await clock.advance(700);
    expect(reflector.status).toEqual({ lastConnected: undefined, failures: 3 });
    expect(reflector.hasSynced).toBe(false);
  });

  it('does not come back sooner than Retry-After', async () => {
    const clock = new VirtualClock();
    const { client, asked } = scripted([page(5)], [{ then: failure(429, 7), refused: true }]);
    await using reflector = reflect(client, clock);
    reflector.start();
    await clock.advance(7_000);
    expect(asked).toEqual(['list', 'watch 5']);
    await clock.advance(200);
    expect(asked).toEqual(['list', 'watch 5', 'watch 5']);
  });

  it('does not hammer a server that ends every watch at once', async () => {
    const clock = new VirtualClock();
    const { client, asked } = scripted(
      [page(5)],
      Array.from({ length: 100 }, () => ({ then: 'end' as const })),
    );
    await using reflector = reflect(client, clock);
    reflector.start();
    await clock.advance(60_000);
    expect(asked.length).toBeLessThan(15);
  });

  it('holds only what trim leaves, and never managed fields', async () => {
    const clock = new VirtualClock();
    const fat = { ...pod('a', 1), spec: { big: true } };
    const managed = { ...fat, metadata: { ...fat.metadata, managedFields: [{}] } };
    const { client } = scripted([page(5, managed)], []);
    await using reflector = reflect(client, clock, { trim: ({ spec: _spec, ...rest }) => rest });
    reflector.start();
    await reflector.synced;
    expect(JSON.stringify(reflector.list())).toBe(JSON.stringify([pod('a', 1)]));
  });

  it('tells listeners of changes until they leave, and logs one that throws', async () => {
    const clock = new VirtualClock();
    const logged: string[] = [];
    const log: Log = { ...silent, error: (_fields, message) => logged.push(message) };
    const { client } = scripted(
      [page(5, pod('a', 1))],
      [{ events: [{ type: 'DELETED', object: pod('a', 6) }], then: failure(0) }],
    );
    await using reflector = reflect(client, clock, { log });
    const stayed: string[] = [];
    const left: string[] = [];
    reflector.subscribe(() => {
      throw new Error('a bug');
    });
    const leaving = reflector.subscribe(({ type }) => {
      left.push(type);
      leaving[Symbol.dispose]();
    });
    reflector.subscribe(({ type }) => stayed.push(type));
    reflector.start();
    await clock.advance(0);
    expect([stayed, left, logged.length]).toEqual([['added', 'deleted'], ['added'], 2]);
  });

  it('stops while it lists, waits or watches, and leaves nothing', async () => {
    for (const [lists, watches] of [
      [[page(5)], []],
      [[failure(503)], []],
      [[page(5)], [{ then: failure(503) }]],
    ] as [(KubeList<Pod> | ApiError)[], WatchScript[]][]) {
      const clock = new VirtualClock();
      const reflector = reflect(scripted(lists, watches).client, clock);
      reflector.start();
      await clock.advance(0);
      await reflector[Symbol.asyncDispose]();
      expect(clock.pending).toBe(0);
    }
  });

  it('stops with the signal it was started with', async () => {
    const clock = new VirtualClock();
    const { client, asked } = scripted([page(5)], [{ then: failure(503) }]);
    await using reflector = reflect(client, clock);
    const stop = new AbortController();
    reflector.start(stop.signal);
    await clock.advance(0);
    stop.abort();
    await clock.advance(60_000);
    expect(asked).toEqual(['list', 'watch 5']);
  });

  it('has synced when every namespace has been listed', async () => {
    const clock = new VirtualClock();
    const { client } = scripted([page(5), failure(403), page(5)], []);
    await using reflector = reflect(client, clock, { namespaces: ['one', 'two'] });
    reflector.start();
    await clock.advance(0);
    expect(reflector.hasSynced).toBe(false);
    await clock.advance(200);
    expect(reflector.hasSynced).toBe(true);
  });
});
