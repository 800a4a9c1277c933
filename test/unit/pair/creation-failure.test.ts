import { beforeEach, expect, it } from '@jest/globals';
import { ApiError } from '../../../src/kube/errors.ts';
import { whyNotCreated } from '../../../src/pair/creation-failure.ts';
import { PairMemory } from '../../../src/pair/memory.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { aStatefulSet, stored } from './support/facts.ts';
import { FakeStores } from './support/fake-stores.ts';
import { noProbes } from './support/no-probes.ts';

const statefulSet = stored(aStatefulSet('a'));
/** As the controller of StatefulSets words them (1.35.4, seen on a cluster). */
const failed = (pod: string, error: string, lastObservedTime: string) => ({
  reason: 'FailedCreate',
  note: `Create Pod ${pod} in StatefulSet rootcoord failed error: ${error}`,
  series: { lastObservedTime },
});
const made = (pod: string, deprecatedLastTimestamp: string) => ({
  reason: 'SuccessfulCreate',
  note: `Create Pod ${pod} in StatefulSet rootcoord successful`,
  deprecatedLastTimestamp,
});

let clock: VirtualClock;
let memory: PairMemory;
let selectors: (string | undefined)[];
let events: readonly object[] | ApiError;

beforeEach(() => {
  clock = new VirtualClock();
  memory = new PairMemory(new FakeStores(), noProbes, clock, () => undefined);
  selectors = [];
  events = [
    failed('rootcoord-0', 'exceeded quota: small', '2026-01-01T00:00:01Z'),
    failed('rootcoord-0', 'serviceaccount "milvus" not found', '2026-01-01T00:00:09Z'),
    made('rootcoord-1', '2026-01-01T00:00:10Z'),
  ];
});

const list = ((_: object, { fieldSelector }: { fieldSelector?: string }) => {
  selectors.push(fieldSelector);
  return events instanceof ApiError ? Promise.reject(events) : Promise.resolve({ items: events });
}) as never;

const ask = () =>
  whyNotCreated(statefulSet, { client: fakeClient({ list }), clock }, memory, new AbortController().signal);

const afterAWhile = async () => {
  await ask();
  await clock.advance(3_000);
  return ask();
};

it('the newest event of the StatefulSet says why it makes no pod', async () => {
  expect(await afterAWhile()).toBe(
    'StatefulSet rootcoord: Create Pod rootcoord-0 in StatefulSet rootcoord failed error: serviceaccount "milvus" not found',
  );
  expect(selectors).toEqual(['regarding.uid=uid-of-StatefulSet']);
});

it.each(['2026-01-01T00:00:09Z', '2026-01-01T00:00:30Z'])(
  'a failure that was overcome says nothing of why the pod is missing now: made at %s',
  async (time) => {
    events = [...(events as readonly object[]), made('rootcoord-0', time)];
    expect(await afterAWhile()).toBeUndefined();
  },
);

it('a pod that was made before and cannot be made again is told of', async () => {
  events = [...(events as readonly object[]), made('rootcoord-0', '2026-01-01T00:00:08Z')];
  expect(await afterAWhile()).toContain('serviceaccount "milvus" not found');
});

it('a pod that is missing for a moment asks for nothing', async () => {
  await ask();
  await clock.advance(2_999);
  expect([await ask(), selectors]).toEqual([undefined, []]);
});

it('what was found holds for 15 s, and no longer', async () => {
  const found = await afterAWhile();
  expect(await ask()).toBe(found);
  expect(selectors).toHaveLength(1);
  events = [];
  await clock.advance(15_000);
  expect([await ask(), selectors.length]).toEqual([undefined, 2]);
});

it('once both pods are there the time begins again', async () => {
  await afterAWhile();
  await whyNotCreated(undefined, { client: fakeClient({ list }), clock }, memory, new AbortController().signal);
  expect(await ask()).toBeUndefined();
});

it('nothing is known where events may not be read', async () => {
  events = new ApiError('forbidden', { code: 403, reason: 'Forbidden' });
  expect(await afterAWhile()).toBeUndefined();
});
