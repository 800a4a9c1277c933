import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../../src/kube/errors.ts';
import { memberStates } from '../../../src/pair/decide/members.ts';
import { PairMemory } from '../../../src/pair/memory.ts';
import { noteUnregistered, unregisteredSince } from '../../../src/pair/unregistered.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { facts, known, unreachable } from './support/facts.ts';
import { FakeStores } from './support/fake-stores.ts';
import { noProbes } from './support/no-probes.ts';
import { aPod } from './support/pods.ts';
import * as situations from './support/situations.ts';
import { after, NOW } from './support/time.ts';

const signal = new AbortController().signal;
const pods = [aPod('rootcoord-0'), aPod('rootcoord-1')];
/** rootcoord-1 has no registration. */
const alone = known(situations.firstAlone, 30);
const both = facts().etcd;

/** One look after the other, each with what the Lease of the node says at that time (an error: it cannot be read). */
async function looks(
  world: readonly (readonly [seconds: number, renewTime: string | undefined | Error, etcd?: typeof alone])[],
  watchNodes = true,
) {
  using memory = new PairMemory(new FakeStores(), noProbes, new VirtualClock(), () => undefined);
  for (const [seconds, renewTime, etcd = alone] of world) {
    const answer = renewTime instanceof Error ? renewTime : renewTime && { spec: { renewTime } };
    const get = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
    const client = fakeClient({ get: get as never });
    const sessions = etcd.state === 'Known' ? etcd.sessions : situations.firstAlone;
    const members = memberStates(sessions, pods, { now: after(seconds), ttlSeconds: 30 });
    await noteUnregistered(members, { now: after(seconds), etcd }, { client, watchNodes }, memory, signal);
  }
  return unregisteredSince(memory).get(aPod('rootcoord-1').uid);
}

describe('a pod without a registration counts as one', () => {
  it('from the first look at which its kubelet has renewed the Lease of its node since', async () => {
    expect(
      await looks([
        [0, 'a'],
        [1, 'a'],
        [4, 'b'],
        [9, 'c'],
      ]),
    ).toEqual(after(4));
  });

  it('by time alone where nodes may not be read', async () => {
    expect(
      await looks(
        [
          [0, undefined],
          [9, undefined],
        ],
        false,
      ),
    ).toEqual(NOW);
  });

  it('anew when it had one in between', async () => {
    expect(
      await looks([
        [0, 'a'],
        [1, 'b'],
        [2, 'b', both],
        [3, 'b'],
        [4, 'b'],
      ]),
    ).toBeUndefined();
  });

  it('still when etcd could not be read in between', async () => {
    expect(
      await looks([
        [0, 'a'],
        [1, 'b'],
        [2, 'b', unreachable],
      ]),
    ).toEqual(after(1));
  });
});

it.each<[string, Parameters<typeof looks>[0]]>([
  ['has only just been seen so', [[0, 'a']]],
  [
    'has a kubelet that stands still',
    [
      [0, 'a'],
      [30, 'a'],
      [60, 'a'],
    ],
  ],
  [
    'is on a node that has no Lease',
    [
      [0, undefined],
      [30, undefined],
    ],
  ],
  [
    'is on a node whose Lease cannot be read',
    [
      [0, 'a'],
      [9, new ApiError('no', { code: 403, reason: 'Forbidden' })],
    ],
  ],
])('a pod without a registration does not count that %s', async (_, world) => {
  expect(await looks(world)).toBeUndefined();
});
