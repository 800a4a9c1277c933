import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ObjectStore, type Change } from '../../../src/kube/object-store.ts';
import type { KubeObject, Stored } from '../../../src/kube/objects.ts';

const object = (name: string, uid: string, version: number): Stored<KubeObject> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', uid, resourceVersion: String(version) },
});
const spell = (changes: Change<KubeObject>[]): string[] =>
  changes.map(({ type, object: { metadata } }) => `${type} ${metadata.uid}@${metadata.resourceVersion}`);

function storeOf(...objects: Stored<KubeObject>[]): ObjectStore<KubeObject> {
  const store = new ObjectStore<KubeObject>();
  store.replace(objects);
  return store;
}

describe('a watched object', () => {
  it('is added, updated and deleted', () => {
    const store = new ObjectStore<KubeObject>();
    const [first, second, last] = [object('a', 'u', 1), object('a', 'u', 2), object('a', 'u', 3)];
    expect(store.observe({ type: 'ADDED', object: first })).toEqual([{ type: 'added', object: first }]);
    expect(store.observe({ type: 'MODIFIED', object: second })).toEqual([
      { type: 'updated', object: second, previous: first },
    ]);
    expect(store.get('ns', 'a')).toBe(second);
    expect(store.observe({ type: 'DELETED', object: last })).toEqual([{ type: 'deleted', object: last }]);
    expect(store.get('ns', 'a')).toBeUndefined();
  });

  it('that is already known is no change', () => {
    const store = storeOf(object('a', 'u', 1));
    expect(store.observe({ type: 'ADDED', object: object('a', 'u', 1) })).toEqual([]);
  });

  it('with another uid is the end of the one and the beginning of the other', () => {
    const store = storeOf(object('a', 'old', 1));
    const changes = store.observe({ type: 'MODIFIED', object: object('a', 'new', 5) });
    expect(spell(changes)).toEqual(['deleted old@1', 'added new@5']);
  });

  it('cannot be deleted by the end of its predecessor', () => {
    const store = storeOf(object('a', 'new', 5));
    expect(store.observe({ type: 'DELETED', object: object('a', 'old', 4) })).toEqual([]);
    expect(store.get('ns', 'a')?.metadata.uid).toBe('new');
  });
});

describe('the answer of a write of its own', () => {
  it('counts at once, and what the watch tells of the time before and of it is no change', () => {
    const store = storeOf(object('a', 'u', 8));
    expect(spell(store.written(object('a', 'u', 10)))).toEqual(['updated u@10']);
    for (const version of [9, 10]) {
      expect(store.observe({ type: 'MODIFIED', object: object('a', 'u', version) })).toEqual([]);
      expect(store.get('ns', 'a')?.metadata.resourceVersion).toBe('10');
    }
    expect(spell(store.observe({ type: 'MODIFIED', object: object('a', 'u', 11) }))).toEqual(['updated u@11']);
  });

  it('that comes after the watch has told of more is no change', () => {
    const store = storeOf(object('a', 'u', 12));
    expect(store.written(object('a', 'u', 10))).toEqual([]);
    expect(store.get('ns', 'a')?.metadata.resourceVersion).toBe('12');
  });

  it('brings back nothing that is gone, nor its predecessor', () => {
    const store = storeOf(object('a', 'new', 5));
    store.observe({ type: 'DELETED', object: object('a', 'new', 7) });
    expect(store.written(object('a', 'new', 6))).toEqual([]);
    expect(store.get('ns', 'a')).toBeUndefined();
    expect(storeOf(object('a', 'new', 9)).written(object('a', 'old', 10))).toEqual([]);
  });

  it('is left to the watch where versions are no numbers', () => {
    const opaque = (version: string): Stored<KubeObject> => ({
      ...object('a', 'u', 0),
      metadata: { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: version },
    });
    const store = storeOf(opaque('f0'));
    expect(store.written(opaque('f1'))).toEqual([]);
    expect(spell(store.observe({ type: 'MODIFIED', object: opaque('e9') }))).toEqual(['updated u@e9']);
  });
});

describe('a new list', () => {
  it('tells what is gone, changed, new and made again, and nothing of the rest', () => {
    const store = storeOf(
      object('same', 's', 1),
      object('gone', 'g', 1),
      object('changed', 'c', 1),
      object('again', 'a1', 1),
    );
    const changes = store.replace([
      object('same', 's', 1),
      object('changed', 'c', 2),
      object('again', 'a2', 3),
      object('new', 'n', 4),
    ]);
    expect(spell(changes)).toEqual(['deleted g@1', 'deleted a1@1', 'updated c@2', 'added a2@3', 'added n@4']);
  });
});

describe('any history, seen by any mix of lists and watches', () => {
  /** One change in the world; then what an observer sees: nothing (cut off), the event, or a whole new list. */
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    act: fc.constantFrom('put', 'delete', 'recreate'),
    seen: fc.constantFrom('event', 'late', 'missed', 'list'),
    /** It was this process that wrote it, and the answer comes before any event. */
    ours: fc.boolean(),
  });

  it('tells one story per uid, and they add up to the truth after a list', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = new Map<string, Stored<KubeObject>>();
        const store = new ObjectStore<KubeObject>();
        const told: Change<KubeObject>[] = [];
        let version = 0;
        let blind = false;
        const late: Parameters<typeof store.observe>[0][] = [];
        for (const { name, act, seen, ours } of steps) {
          const before = world.get(name);
          const events: Parameters<typeof store.observe>[0][] = [];
          if (before !== undefined && act !== 'put') {
            version += 1;
            world.delete(name);
            events.push({ type: 'DELETED', object: object(name, before.metadata.uid, version) });
          }
          if (act !== 'delete') {
            version += 1;
            const known = world.get(name);
            const next = object(name, known?.metadata.uid ?? `uid-${version}`, version);
            world.set(name, next);
            events.push({ type: known === undefined ? 'ADDED' : 'MODIFIED', object: next });
            if (ours) told.push(...store.written(next));
          }
          late.push(...events);
          if (seen === 'list') {
            told.push(...store.replace([...world.values()]));
            late.splice(0); // a watch begins where the list was
          }
          // Once an event is missed only a list helps, as in the reflector.
          blind = seen !== 'list' && (blind || seen === 'missed');
          if (seen === 'event' && !blind) for (const event of late.splice(0)) told.push(...store.observe(event));
        }
        told.push(...store.replace([...world.values()]));

        expect([...store.values()].sort(byName)).toEqual([...world.values()].sort(byName));
        const stories = Map.groupBy(told, ({ object: { metadata } }) => metadata.uid);
        for (const story of stories.values())
          expect(story.map(({ type }) => type).join(' ')).toMatch(/^added( updated)*( deleted)?$/);
      }),
    );
  });
});

function byName(a: KubeObject, b: KubeObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
