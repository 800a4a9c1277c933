import { beforeEach, expect, it } from '@jest/globals';
import { memberStates } from '../../../src/pair/decide/members.ts';
import { PairMemory } from '../../../src/pair/memory.ts';
import { watchStrangers } from '../../../src/pair/strangers.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { FakeStores } from './support/fake-stores.ts';
import { noProbes } from './support/no-probes.ts';
import { aPod } from './support/pods.ts';
import { aSession, heldBy } from './support/sessions.ts';

const { signal } = new AbortController();
const stranger = aSession(9n, 'rootcoord-0', { hostName: 'stranger', address: '10.9.9.9:53100' });

let stores: FakeStores;
let clock: VirtualClock;
let memory: PairMemory;

beforeEach(() => {
  clock = new VirtualClock();
  stores = new FakeStores();
  memory = new PairMemory(stores, noProbes, clock, () => undefined);
});

/** One look at a pair whose ACTIVE is on rootcoord-0 and beside which a stranger is registered, or not. */
function look(isThere = true): Promise<boolean> {
  const sessions = heldBy(aSession(7n), ...(isThere ? [stranger] : []));
  const members = memberStates(sessions, [aPod('rootcoord-0')], {
    now: clock.wallTime(),
    ttlSeconds: 30,
    renewed: memory.renewedLeases,
  });
  return watchStrangers(members, [], { etcd: stores.client, clock }, memory, signal);
}

/** The remaining time of the stranger's lease at each look, a second apart. */
async function readings(...remaining: readonly number[]): Promise<void> {
  for (const ttlSeconds of remaining) {
    stores.leases.set(9000n, { ttlSeconds });
    await look();
    await clock.advance(1_000);
  }
}

it('a lease whose remaining time rises has a living process', async () => {
  await readings(20, 19, 30);
  expect([...memory.renewedLeases]).toEqual([9000n]);
  expect(await look()).toBe(false);
});

it('a lease that runs down is read on and proves nothing', async () => {
  await readings(20, 19, 18);
  expect([...memory.renewedLeases]).toEqual([]);
  expect(await look()).toBe(true);
});

it('a rise beside a new leader of etcd proves nothing: that lifts every lease', async () => {
  await readings(20);
  stores.leases.set(9000n, {
    ttlSeconds: 30,
    header: { clusterID: 1n, memberID: 1n, revision: 2n, raftTerm: 3n },
  });
  await look();
  expect([...memory.renewedLeases]).toEqual([]);
});

it('looks that follow each other closely read once', async () => {
  stores.leases.set(9000n, { ttlSeconds: 20 });
  await look();
  await look();
  expect(stores.leaseReads).toBe(1);
});

it('a read that fails takes nothing away', async () => {
  await readings(20);
  stores.leases.clear();
  expect(await look()).toBe(true);
  await clock.advance(1_000);
  await readings(30);
  expect([...memory.renewedLeases]).toEqual([9000n]);
});

it('nothing is read or kept once it is gone', async () => {
  await readings(20, 30);
  const reads = stores.leaseReads;
  expect(await look(false)).toBe(false);
  expect([stores.leaseReads, memory.renewedLeases.size, memory.strangerReadings.size]).toEqual([reads, 0, 0]);
});
