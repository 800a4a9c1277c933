import { describe, expect, it } from '@jest/globals';
import {
  decideRestart,
  type QuorumInput,
} from '../../../../../../src/etcdcare/recovery/remedies/restart-quorum/decide.ts';
import { intact, nothing, stored, survivor, unseen, withoutLog } from '../rebuild/sources.ts';

const two = [intact('etcd-0', 9n), intact('etcd-1', 9n), withoutLog('etcd-2', 9n)];
const input: QuorumInput = { sources: two, members: 3, replicas: 3, startsExisting: true, crashing: [] };

describe('bringing a quorum back from intact data', () => {
  it('only starts pods that crash anew, of members that are intact', () => {
    expect(decideRestart({ ...input, crashing: ['etcd-1', 'etcd-2'] })).toEqual({
      state: 'Restart',
      intact: ['etcd-0', 'etcd-1'],
      others: ['etcd-2'],
      pods: ['etcd-1'],
      stopAll: false,
      empty: [],
    });
  });

  it.each<[string, Partial<QuorumInput>]>([
    ['pods are missing', { replicas: 1 }],
    ['nothing runs', { replicas: 0 }],
    ['one that lost its data would make a cluster of its own', { startsExisting: false }],
  ])('stops all first, so that the template can say existing, when %s', (_when, changes) => {
    expect(decideRestart({ ...input, crashing: ['etcd-1'], ...changes })).toMatchObject({ stopAll: true, pods: [] });
  });

  it('does not touch the template for the sake of members that all have their data', () => {
    const sources = [intact('etcd-0', 9n), intact('etcd-1', 9n), survivor('etcd-2', 9n)];
    expect(decideRestart({ ...input, sources, startsExisting: false, crashing: ['etcd-0', 'etcd-1'] })).toMatchObject({
      stopAll: false,
      pods: ['etcd-0', 'etcd-1'],
    });
  });

  it('names members that would start empty: a person decides on them', () => {
    const sources = [intact('etcd-0', 9n), intact('etcd-1', 9n), nothing('etcd-2')];
    expect(decideRestart({ ...input, sources, replicas: 1 })).toMatchObject({ empty: ['etcd-2'] });
  });

  it('refuses without a majority, and says what holds data and what to do instead', () => {
    const sources = [survivor('etcd-0', 9n), nothing('etcd-1'), withoutLog('etcd-2', 9n), stored(5n)];
    expect(decideRestart({ ...input, sources })).toEqual({
      state: 'Refused',
      why: '1 of 3 members have intact data, 2 are needed (etcd-1: there is no volume claim data-etcd-1; etcd-2: walpb: crc mismatch): RebuildFromSurvivor or RestoreFromSnapshot restore all from one',
    });
  });

  it('does not call data lost that nobody could look at, nor send to a restore for it', () => {
    const sources = [intact('etcd-0', 9n), unseen('etcd-1'), nothing('etcd-2')];
    expect(decideRestart({ ...input, sources })).toEqual({
      state: 'Refused',
      why: '1 of 3 members are known to have intact data, 2 are needed, and not all could be looked at (etcd-1: it could not be looked at: its Job has not started within 5 minutes): cure that, and it is looked at again',
    });
  });

  it('does not count members of another cluster', () => {
    const sources = [intact('etcd-0', 9n), intact('etcd-1', 9n, { clusterId: 0xbeefn }), nothing('etcd-2')];
    expect(decideRestart({ ...input, sources }).state).toBe('Refused');
  });

  it('refuses where nothing keeps intact members from starting', () => {
    expect(decideRestart(input)).toMatchObject({ state: 'Refused', why: expect.stringContaining('network') });
  });
});
