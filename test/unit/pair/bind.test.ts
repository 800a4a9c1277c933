import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { bindMembers } from '../../../src/pair/bind.ts';
import type { Member } from '../../../src/pair/decide/members.ts';
import { PairMemory } from '../../../src/pair/memory.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { FakeStores } from './support/fake-stores.ts';
import { aContainer, aPod } from './support/pods.ts';
import { aSession } from './support/sessions.ts';
import { isoAfter } from './support/time.ts';
import { noProbes } from './support/no-probes.ts';

const signal = new AbortController().signal;

/** A member whose lease and node answer as set; each look is a second after the one before. */
function start() {
  const clock = new VirtualClock();
  const stores = new FakeStores();
  const memory = new PairMemory(stores, noProbes, clock, () => undefined);
  const node = { renewTime: isoAfter(0), reads: 0 };
  const get = ((kind: { kind: string }, name: string, namespace: string) => {
    expect([kind.kind, name, namespace]).toEqual(['Lease', 'node-a', 'kube-node-lease']);
    node.reads++;
    return Promise.resolve({ spec: { renewTime: node.renewTime } });
  }) as unknown as KubeClient['get'];
  const member: Member = {
    state: 'Active',
    holder: true,
    session: aSession(7n),
    pod: aPod('rootcoord-0', { container: aContainer({ runningSince: new Date(0) }) }),
  };
  const look = async (members: readonly Member[], ttlSeconds: number) => {
    stores.leases.set(7000n, { ttlSeconds });
    const outcome = await bindMembers(
      members,
      [],
      { client: fakeClient({ get }), etcd: stores.client, clock },
      memory,
      signal,
    );
    await clock.advance(1_000);
    return outcome;
  };
  return { stores, memory, node, member, look };
}

describe('binding members', () => {
  it('takes one reading a look until a renewal is seen and confirmed', async () => {
    const { memory, node, member, look } = start();
    for (const ttl of [20, 19, 30, 29, 28])
      expect(await look([member], ttl)).toEqual({ bindings: [], unfinished: true });
    node.renewTime = isoAfter(10);
    const { bindings, unfinished } = await look([member], 27);
    expect(bindings).toMatchObject([
      { serverID: 7n, lease: 7000n, containerID: 'containerd://first', nodeName: 'node-a' },
    ]);
    expect([unfinished, memory.bindingProgress.size]).toEqual([false, 0]);
  });

  it('takes no second reading within a second, however many looks there are', async () => {
    const { stores, memory, member } = start();
    const clock = new VirtualClock();
    const sources = {
      client: fakeClient({ get: () => Promise.resolve(undefined) }),
      etcd: stores.client,
      clock,
    };
    stores.leases.set(7000n, { ttlSeconds: 20 });
    const look = () => bindMembers([member], [], sources, memory, signal);
    await look();
    await clock.advance(999);
    expect(await look()).toEqual({ bindings: [], unfinished: true });
    expect(stores.leaseReads).toBe(1);
    await clock.advance(1);
    await look();
    expect(stores.leaseReads).toBe(2);
  });

  it('reads nothing of a registration that is bound already', async () => {
    const { stores, memory, node, member } = start();
    const known = [
      { serverID: 7n, lease: 7000n, podUID: 'u', containerID: 'c', nodeName: 'n', boundTime: new Date(0) },
    ];
    const sources = { client: fakeClient({}), etcd: stores.client, clock: new VirtualClock() };
    expect(await bindMembers([member], known, sources, memory, signal)).toEqual({ bindings: known, unfinished: false });
    expect([stores.leaseReads, node.reads]).toEqual([0, 0]);
  });

  it('takes longer, and nothing worse, when a reading fails', async () => {
    const { stores, member, look } = start();
    await look([member], 20);
    stores.leases.clear();
    const failing = { ...stores.client, leaseTimeToLive: () => Promise.reject(new Error('no answer')) };
    const memory = new PairMemory(stores, noProbes, new VirtualClock(), () => undefined);
    const get = (() => Promise.resolve(undefined)) as unknown as KubeClient['get'];
    const sources = { client: fakeClient({ get }), etcd: failing, clock: new VirtualClock() };
    expect(await bindMembers([member], [], sources, memory, signal)).toEqual({ bindings: [], unfinished: true });
  });

  it('forgets the readings of a registration that is gone', async () => {
    const { memory, member, look } = start();
    await look([member], 20);
    expect(memory.bindingProgress.size).toBe(1);
    expect(await look([], 20)).toEqual({ bindings: [], unfinished: false });
    expect(memory.bindingProgress.size).toBe(0);
  });
});
