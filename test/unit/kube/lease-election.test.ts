import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../../src/kube/errors.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { LeaseElection } from '../../../src/kube/lease-election.ts';
import type { Lease } from '../../../src/kube/lease-record.ts';
import { silent } from '../../../src/base/log.ts';
import type { Stored } from '../../../src/kube/objects.ts';
import { fakeClient } from './fake-client.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** One Lease on a server that checks resource versions, as the real one does. */
class LeaseServer {
  lease: Stored<Lease> | undefined;
  down = false;
  writes = 0;
  #version = 0;

  client(): KubeClient {
    return fakeClient({
      get: () => this.#answer(() => this.lease),
      create: (_kind, object) =>
        this.#answer(() => {
          if (this.lease !== undefined) throw new ApiError('x', { code: 409, reason: 'AlreadyExists' });
          return this.put(object);
        }),
      update: (_kind, object) =>
        this.#answer(() => {
          if (this.lease === undefined) throw new ApiError('x', { code: 404, reason: 'NotFound' });
          if (this.lease.metadata.resourceVersion !== object.metadata.resourceVersion)
            throw new ApiError('x', { code: 409, reason: 'Conflict' });
          return this.put(object);
        }),
    } as Partial<KubeClient>);
  }

  put(lease: Lease): Stored<Lease> {
    this.writes += 1;
    this.#version += 1;
    this.lease = { ...lease, metadata: { ...lease.metadata, uid: 'u', resourceVersion: String(this.#version) } };
    return this.lease;
  }

  #answer<R>(work: () => R): Promise<R> {
    if (this.down) return Promise.reject(new ApiError('x', { code: 0, reason: 'Unreachable' }));
    return Promise.resolve().then(work);
  }
}

function candidate(server: LeaseServer, clock: VirtualClock, identity: string) {
  const told: string[] = [];
  const election = new LeaseElection({
    client: server.client(),
    namespace: 'ns',
    name: 'operator',
    identity,
    onStartedLeading: () => told.push('started'),
    onStoppedLeading: () => told.push('stopped'),
    log: silent,
    clock,
    random: () => 0,
  });
  return { election, told };
}

describe('a lease election', () => {
  it('takes a Lease that does not exist, and renews it every 2 s', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    const { election, told } = candidate(server, clock, 'a');
    election.start();
    await clock.advance(10_000);
    expect([election.isLeader, election.holder, told, server.writes]).toEqual([true, 'a', ['started'], 6]);
    expect(server.lease?.spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:10.000000Z',
      leaseTransitions: 0,
    });
    await election[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  it('follows while another renews, whatever the other’s clock says', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    server.put(leaseOf('other', '1999-01-01T00:00:00.000000Z'));
    const { election } = candidate(server, clock, 'a');
    election.start();
    for (let second = 0; second < 60; second += 5) {
      await clock.advance(5_000);
      server.put(leaseOf('other', `1999-01-01T00:00:${String(second).padStart(2, '0')}.000000Z`));
    }
    expect([election.isLeader, election.holder]).toEqual([false, 'other']);
    await election[Symbol.asyncDispose]();
    expect(server.lease?.spec?.holderIdentity).toBe('other');
  });

  it('takes over when it has seen the same promise for as long as the promise says', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    server.put(leaseOf('dead', '2050-01-01T00:00:00.000000Z'));
    const { election } = candidate(server, clock, 'a');
    election.start();
    await clock.advance(14_999);
    expect(election.isLeader).toBe(false);
    await clock.advance(2_001);
    expect(election.isLeader).toBe(true);
    expect(server.lease?.spec?.leaseTransitions).toBe(1);
    await election[Symbol.asyncDispose]();
  });

  it('takes a touched label for no sign of life', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    server.put(leaseOf('dead', 'x'));
    const { election } = candidate(server, clock, 'a');
    election.start();
    await clock.advance(10_000);
    if (server.lease !== undefined) server.put({ ...server.lease });
    await clock.advance(7_000);
    expect(election.isLeader).toBe(true);
    await election[Symbol.asyncDispose]();
  });

  it('stops leading 10 s after the last renewal was sent when the server is away, and leads again later', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    const { election, told } = candidate(server, clock, 'a');
    election.start();
    await clock.advance(0);
    server.down = true;
    await clock.advance(9_999);
    expect(election.isLeader).toBe(true);
    await clock.advance(1);
    expect([election.isLeader, told]).toEqual([false, ['started', 'stopped']]);
    server.down = false;
    await clock.advance(4_000);
    expect([election.isLeader, told]).toEqual([true, ['started', 'stopped', 'started']]);
    await election[Symbol.asyncDispose]();
  });

  it('knows after a freeze that it leads no more, before anything runs', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    const { election } = candidate(server, clock, 'a');
    election.start();
    await clock.advance(1_000);
    clock.freeze(20_000);
    expect(election.isLeader).toBe(false);
    await election[Symbol.asyncDispose]();
  });

  it('stops leading at once when another has taken or somebody has deleted the Lease', async () => {
    for (const meddle of [
      (s: LeaseServer) => s.put(leaseOf('other', 'y')),
      (s: LeaseServer) => (s.lease = undefined),
    ]) {
      const [server, clock] = [new LeaseServer(), new VirtualClock()];
      const { election, told } = candidate(server, clock, 'a');
      election.start();
      await clock.advance(1_000);
      meddle(server);
      await clock.advance(1_000);
      expect(told).toEqual(['started', 'stopped']);
      await election[Symbol.asyncDispose]();
    }
  });

  it('goes on leading when its own renewal was carried out but not answered', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    const { election, told } = candidate(server, clock, 'a');
    election.start();
    await clock.advance(1_000);
    if (server.lease !== undefined) server.put(server.lease);
    await clock.advance(5_000);
    expect([election.isLeader, told]).toEqual([true, ['started']]);
    await election[Symbol.asyncDispose]();
  });

  it('gives the Lease back, so that the next one need not wait', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    const [first, second] = [candidate(server, clock, 'a'), candidate(server, clock, 'b')];
    first.election.start();
    await clock.advance(100);
    second.election.start();
    await clock.advance(3_000);
    await first.election[Symbol.asyncDispose]();
    expect([first.told, server.lease?.spec?.holderIdentity, server.lease?.spec?.leaseDurationSeconds]).toEqual([
      ['started', 'stopped'],
      '',
      1,
    ]);
    await clock.advance(2_000);
    expect(second.election.isLeader).toBe(true);
    await second.election[Symbol.asyncDispose]();
  });

  it('never has two leaders, whenever the server is away for one of them', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    const elections = ['a', 'b', 'c'].map((identity) => candidate(server, clock, identity).election);
    for (const election of elections) election.start();
    const leaders = new Set<number>();
    for (let step = 0; step < 400; step += 1) {
      server.down = step % 37 > 18;
      await clock.advance(500);
      const leading = elections.flatMap(({ isLeader }, index) => (isLeader ? [index] : []));
      expect(leading.length).toBeLessThanOrEqual(1);
      for (const index of leading) leaders.add(index);
    }
    expect(leaders.size).toBeGreaterThan(0);
    server.down = false;
    for (const election of elections) await election[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  it('is alive as long as it tries', async () => {
    const [server, clock] = [new LeaseServer(), new VirtualClock()];
    server.down = true;
    const { election } = candidate(server, clock, 'a');
    expect(election.isAlive).toBe(false);
    election.start();
    await clock.advance(60_000);
    expect(election.isAlive).toBe(true);
    clock.freeze(31_000);
    expect(election.isAlive).toBe(false);
    await election[Symbol.asyncDispose]();
  });

  it('refuses times that do not fit, and to start twice', async () => {
    const options = { client: fakeClient({}), namespace: 'ns', name: 'n', identity: 'a', log: silent };
    expect(() => new LeaseElection({ ...options, leaseDurationMs: 5_000 })).toThrow(TypeError);
    expect(() => new LeaseElection({ ...options, leaseDurationMs: 15_500 })).toThrow('whole seconds');
    const { election } = candidate(new LeaseServer(), new VirtualClock(), 'a');
    election.start();
    expect(() => election.start()).toThrow('started before');
    await election[Symbol.asyncDispose]();
  });
});

function leaseOf(holderIdentity: string, renewTime: string): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'operator', namespace: 'ns' },
    spec: { holderIdentity, leaseDurationSeconds: 15, acquireTime: 'x', renewTime, leaseTransitions: 0 },
  };
}
