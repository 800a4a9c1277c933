import { describe, expect, it } from '@jest/globals';
import { EtcdError } from '../../../src/etcd/errors.ts';
import { BLIND_AFTER_MS, SessionWatch } from '../../../src/pair/session-watch.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { FakeStores, sessionKey } from './support/fake-stores.ts';

const signal = new AbortController().signal;
const target = { endpoints: ['a:2379'] };
const keys = [
  sessionKey('rootcoord', 7, 'rootcoord-0', '10.0.0.1:53100'),
  sessionKey('rootcoord-7', 7, 'rootcoord-0', '10.0.0.1:53100'),
];

function start() {
  const clock = new VirtualClock();
  const stores = new FakeStores();
  const watch = new SessionWatch(stores, target, 'by-dev/meta/session/', clock, () => undefined);
  return { clock, stores, watch, facts: () => watch.facts(['rootcoord'], signal) };
}
const failing = (clock: VirtualClock, error: Error) => ({
  failingSince: clock.wallTime(),
  failingSinceMs: clock.nowMs(),
  error,
});
const unavailable = new EtcdError('Unavailable', 'no connection', { retryable: true });

describe("a pair's eyes on etcd", () => {
  it.each([
    ['refused', new EtcdError('Unavailable', 'connect ECONNREFUSED 10.0.0.1:22', { retryable: true })],
    ['silent', new EtcdError('DeadlineExceeded', 'no answer in time', { retryable: true })],
    ['another program', new EtcdError('Other', 'SSH-2.0-OpenSSH_9.2', { retryable: false })],
  ])('tell nobody what listens at an address elsewhere: %s', async (_, error) => {
    const clock = new VirtualClock();
    const stores = new FakeStores();
    const elsewhere = { endpoints: ['10.0.0.1:22'], isElsewhere: true } as const;
    const watch = new SessionWatch(stores, elsewhere, 'by-dev/meta/session/', clock, () => undefined);
    stores.state = failing(clock, error);
    await clock.advance(BLIND_AFTER_MS);
    expect(await watch.facts(['rootcoord'], signal)).toMatchObject({
      reason: 'Unreachable',
      message: expect.stringMatching(/^no etcd answers at 10\.0\.0\.1:22\. Check/) as unknown,
    });
  });

  it('see the sessions and how long they are granted', async () => {
    const { stores, facts } = start();
    stores.show(keys);
    stores.leases.set(7n, { grantedTTLSeconds: 15 });
    expect(await facts()).toMatchObject({
      state: 'Known',
      grantedTTLSeconds: 15,
      sessions: { holder: { serverID: 7n } },
    });
  });

  it('notice that what they told of the role is over, and nothing else', async () => {
    const { stores, watch, facts } = start();
    expect(watch.isOutdated).toBe(false);
    stores.show(keys);
    await facts();
    stores.show([...keys]);
    expect(watch.isOutdated).toBe(false);
    stores.show([...keys, sessionKey('querynode-9', 9, 'querynode-0', '10.0.0.9:21123')]);
    expect(watch.isOutdated).toBe(false);
    stores.show(keys.slice(1));
    expect(watch.isOutdated).toBe(true);
    await facts();
    expect(watch.isOutdated).toBe(false);
  });

  it('ask for the granted time once a lease', async () => {
    const { stores, facts } = start();
    stores.show(keys);
    stores.leases.set(7n, {});
    await facts();
    await facts();
    expect(stores.leaseReads).toBe(1);
  });

  it.each([
    ['cannot be read', undefined],
    ['is gone already', { ttlSeconds: -1 }],
  ])('go on without the granted time when the lease %s', async (_, lease) => {
    const { stores, facts } = start();
    stores.show(keys);
    if (lease) stores.leases.set(7n, lease);
    expect(await facts()).not.toHaveProperty('grantedTTLSeconds');
  });

  it('wait before the first read is answered', async () => {
    const { clock, stores, facts } = start();
    stores.kvs = unavailable;
    expect(await facts()).toEqual({ state: 'Pending' });
    stores.state = failing(clock, unavailable);
    await clock.advance(BLIND_AFTER_MS - 1);
    expect(await facts()).toEqual({ state: 'Pending' });
  });

  it('trust what was read for ten seconds of failure, then no longer', async () => {
    const { clock, stores, facts, watch } = start();
    const since = clock.wallTime();
    stores.show(keys, since);
    stores.state = { ...stores.state, ...failing(clock, unavailable) };
    await clock.advance(BLIND_AFTER_MS - 1);
    expect(await facts()).toMatchObject({ state: 'Known' });
    expect(watch.nextLookMs()).toBe(1);
    await clock.advance(1);
    expect(await facts()).toEqual({
      state: 'Unknown',
      reason: 'Unreachable',
      message: 'no connection',
      since,
      lastReadTime: since,
      endpoints: [{ endpoint: 'a:2379', finding: 'NoAnswer', detail: 'does not answer' }],
    });
  });

  it.each([
    ['Unauthenticated', 'AuthenticationFailed'],
    ['PermissionDenied', 'PermissionDenied'],
    ['TLS', 'TLSFailed'],
  ] as const)('say at once that waiting does not cure %s', async (code, reason) => {
    const { clock, stores, facts } = start();
    stores.state = failing(clock, new EtcdError(code, 'refused', { retryable: false }));
    expect(await facts()).toMatchObject({ state: 'Unknown', reason });
  });

  it('name the setting that is missing where etcd wants a login and the spec has none', async () => {
    const { clock, stores, facts } = start();
    stores.state = failing(clock, new EtcdError('Unauthenticated', 'user name is empty', { retryable: false }));
    expect(await facts()).toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringMatching(/wants a login, and spec\.etcd\.auth is not set.*spec\.etcd\.auth\.secretName$/),
    });
  });

  it('ask the endpoints one by one, at most every 30 s', async () => {
    const { clock, stores, facts } = start();
    stores.state = failing(clock, unavailable);
    await clock.advance(BLIND_AFTER_MS);
    await facts();
    await clock.advance(29_999);
    await facts();
    expect(stores.endpointChecks).toBe(1);
    await clock.advance(1);
    await facts();
    expect(stores.endpointChecks).toBe(2);
  });

  it('see the alarms that the store knows, and those that an endpoint names while nothing can be read', async () => {
    const { clock, stores, facts } = start();
    const alarms = [{ memberID: 9372538179322589801n, name: 'NOSPACE' }];
    stores.show(keys);
    expect(await facts()).not.toHaveProperty('alarms');
    stores.state = { ...stores.state, alarms };
    expect(await facts()).toMatchObject({ state: 'Known', alarms });
    const header = { clusterID: 1n, memberID: 1n, revision: 1n, raftTerm: 2n };
    const errors = ['memberID:9372538179322589801 alarm:NOSPACE '];
    stores.endpoints = [{ endpoint: 'a:2379', header, version: '3.5.21', leader: 1n, errors }];
    stores.state = failing(clock, unavailable);
    await clock.advance(BLIND_AFTER_MS);
    expect(await facts()).toMatchObject({ state: 'Unknown', endpoints: [{ finding: 'Leader', alarms }] });
  });

  it('call etcd steady from the first good read after a failure on', async () => {
    const { clock, stores, facts } = start();
    stores.show(keys, clock.wallTime());
    await facts();
    await clock.advance(60_000);
    stores.state = { ...stores.state, ...failing(clock, unavailable) };
    await clock.advance(BLIND_AFTER_MS);
    await facts();
    await clock.advance(5_000);
    const back = clock.wallTime();
    stores.show(keys, back);
    await clock.advance(60_000);
    expect(await facts()).toMatchObject({ state: 'Known', steadySince: back });
  });

  it('remember an outage from its first failure to the first good read after it', async () => {
    const { clock, stores, facts } = start();
    stores.show(keys, clock.wallTime());
    const since = clock.wallTime();
    stores.state = { ...stores.state, ...failing(clock, unavailable) };
    await clock.advance(BLIND_AFTER_MS);
    await facts();
    await clock.advance(5_000);
    const end = clock.wallTime();
    stores.show(keys, end);
    expect(await facts()).toMatchObject({ outage: { since, end } });
    await clock.advance(5_000);
    stores.show(keys, clock.wallTime());
    expect(await facts()).toMatchObject({ outage: { since, end } });
  });

  it.each([
    ['a failure that is over within ten seconds', unavailable, BLIND_AFTER_MS - 1],
    ['a refused password', new EtcdError('Unauthenticated', 'refused', { retryable: false }), BLIND_AFTER_MS],
  ])('call %s no outage', async (_, error, lastsMs) => {
    const { clock, stores, facts } = start();
    stores.show(keys, clock.wallTime());
    stores.state = { ...stores.state, ...failing(clock, error) };
    await clock.advance(lastsMs);
    await facts();
    stores.show(keys, clock.wallTime());
    expect(await facts()).not.toHaveProperty('outage');
  });

  it('see who holds the further roles of a process', async () => {
    const { stores, watch } = start();
    stores.show([...keys, sessionKey('querycoord', 8, 'rootcoord-1', '10.0.0.2:19531')]);
    const seen = await watch.facts(['rootcoord', 'querycoord', 'datacoord'], signal);
    expect(seen).toMatchObject({
      otherRoles: [
        { role: 'querycoord', sessions: { holder: { serverID: 8n } } },
        { role: 'datacoord', sessions: {} },
      ],
    });
  });

  it('serve one target and one prefix, and give the store back', () => {
    const { stores, watch } = start();
    expect(watch.serves({ endpoints: ['a:2379'] }, 'by-dev/meta/session/')).toBe(true);
    expect(watch.serves({ endpoints: ['b:2379'] }, 'by-dev/meta/session/')).toBe(false);
    expect(watch.serves(target, 'other/meta/session/')).toBe(false);
    watch[Symbol.dispose]();
    expect([stores.held, stores.listeners.size]).toEqual([0, 0]);
  });
});
