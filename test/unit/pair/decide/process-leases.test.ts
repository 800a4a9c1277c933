import { describe, expect, it } from '@jest/globals';
import type { SessionSnapshot } from '../../../../src/etcd/types.ts';
import { leasesOfProcess } from '../../../../src/pair/decide/process-leases.ts';
import { keyValue } from '../../etcd/fake-etcd.ts';
import { sessionKey } from '../support/fake-stores.ts';
import { aSession } from '../support/sessions.ts';

const session = aSession(7n, 'rootcoord-0', { lease: 7n });
const own = sessionKey('datacoord-7', 7, 'rootcoord-0', '10.0.0.1:13333', 7n);
const snapshotOf = (...kvs: SessionSnapshot['kvs']): SessionSnapshot => ({
  header: { clusterID: 1n, memberID: 1n, revision: 1n, raftTerm: 1n },
  kvs,
  readAtMs: 0,
  readTime: new Date(0),
});
const leasesIn = (...others: SessionSnapshot['kvs']) => leasesOfProcess(snapshotOf(own, ...others), session);

describe('the leases of one process', () => {
  it('are its own alone where it registered once', () => {
    expect(leasesIn()).toEqual([7n]);
  });

  it('are that of indexcoord too for a datacoord of 2.3, each once and its own last', () => {
    const held = sessionKey('indexcoord', 7, 'rootcoord-0', '10.0.0.1:13333', 70n);
    const member = sessionKey('indexcoord-7', 7, 'rootcoord-0', '10.0.0.1:13333', 70n);
    expect(leasesIn(held, member)).toEqual([70n, 7n]);
  });

  it.each([
    ['another process at its address', sessionKey('indexcoord-9', 9, 'rootcoord-0', '10.0.0.1:13333', 70n)],
    ['a process of the same number elsewhere', sessionKey('indexcoord-7', 7, 'rootcoord-1', '10.0.0.2:13333', 70n)],
    ['nobody: the key has no lease', sessionKey('indexcoord', 7, 'rootcoord-0', '10.0.0.1:13333', 0n)],
    ['somebody whose value cannot be read', keyValue('indexcoord', { value: Buffer.from('nonsense'), lease: 70n })],
    ['no session', keyValue('version', { value: own.value, lease: 70n })],
  ])('are not those of %s', (_, other) => {
    expect(leasesIn(other)).toEqual([7n]);
  });
});

describe('the leases of one role of a mixture of 2.3', () => {
  const of = (role: string, lease: bigint) => sessionKey(`${role}-7`, 7, 'rootcoord-0', '10.0.0.1:13333', lease);
  const mixture = snapshotOf(of('rootcoord', 71n), of('datacoord', 7n), of('indexcoord', 72n), of('querycoord', 73n));

  it('are those of datacoord and of the indexcoord in it', () => {
    expect(leasesOfProcess(mixture, session, 'datacoord')).toEqual([72n, 7n]);
  });

  it('are its own alone for every other role', () => {
    expect(leasesOfProcess(mixture, { ...session, lease: 73n }, 'querycoord')).toEqual([73n]);
  });
});
