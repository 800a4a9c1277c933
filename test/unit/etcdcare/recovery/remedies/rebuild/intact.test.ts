import { describe, expect, it } from '@jest/globals';
import { intactAmong } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/intact.ts';
import type { Source } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/source.ts';
import { intact, nothing, stored, survivor, withoutDatabase, withoutLog } from './sources.ts';

const names = (sources: readonly Source[], voters = 3): readonly string[] =>
  intactAmong(sources, voters).members.map(({ name }) => name);

describe('members with intact data', () => {
  it('are a majority of those that vote, or not enough', () => {
    const two = [survivor('etcd-0', 9n), intact('etcd-1', 9n), withoutLog('etcd-2', 9n), stored(3n)];
    expect(intactAmong(two, 3)).toMatchObject({ needed: 2, enough: true });
    expect(intactAmong(two, 5)).toMatchObject({ needed: 3, enough: false });
  });

  it('may lag behind another, as one does that was away', () => {
    expect(names([intact('etcd-0', 90_000n), intact('etcd-1', 89_990n), intact('etcd-2', 12n)])).toHaveLength(3);
  });

  it('are none that have begun anew: such a member has its old ids and has forgotten what it acknowledged', () => {
    expect(names([survivor('etcd-0', 900n), intact('etcd-1', 1n), nothing('etcd-2')])).toEqual(['etcd-0']);
    expect(names([withoutDatabase('etcd-0', 900n), intact('etcd-1', 1n), intact('etcd-2', 1n)])).toEqual([]);
  });

  it('are not more that lack what one has than could lack what is committed', () => {
    expect(names([survivor('etcd-0', 90_000n), intact('etcd-1', 12n), intact('etcd-2', 12n)])).toEqual(['etcd-0']);
  });

  it('are all those of an etcd that never held anything', () => {
    expect(names([intact('etcd-0', 1n), intact('etcd-1', 1n), intact('etcd-2', 1n)])).toHaveLength(3);
  });

  it('are those of the cluster that has the most', () => {
    const other = { clusterId: 0xbeefn };
    expect(names([intact('etcd-0', 9n), intact('etcd-1', 9n, other), intact('etcd-2', 9n, other)])).toEqual([
      'etcd-1',
      'etcd-2',
    ]);
  });
});
