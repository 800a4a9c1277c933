import { describe, expect, it } from '@jest/globals';
import { ResultError } from '../../../../src/etcdcare/volumes/result-fields.ts';
import { readFlipped, readInspection, readOldData } from '../../../../src/etcdcare/volumes/results.ts';

const inspection = {
  ok: true,
  usable: false,
  restartable: false,
  method: 'None',
  memberId: '18446744073709551615',
  clusterId: '',
  lastTerm: '3',
  lastIndex: '',
  database: { state: 'Damaged', sizeBytes: '12000' },
  wal: { state: 'Unknown' },
  why: 'x',
};

describe('reading what a script tells', () => {
  it('keeps 64-bit numbers whole, and says undefined where the script could not tell', () => {
    expect(readInspection(inspection)).toEqual({
      usable: false,
      restartable: false,
      method: 'None',
      memberId: 18446744073709551615n,
      clusterId: undefined,
      lastTerm: 3n,
      lastIndex: undefined,
      database: { state: 'Damaged', sizeBytes: 12_000n, revision: undefined },
      wal: { state: 'Unknown' },
      why: 'x',
    });
  });

  it.each([
    ['no object', 'usable'],
    [{ ...inspection, usable: 'yes' }, '"yes" as usable, which should be true or false'],
    [{ ...inspection, method: 'Other' }, '"Other" as method, which should be one of Member, RawDatabase, None'],
    [{ ...inspection, memberId: 12 }, '12 as memberId, which should be a number as text'],
    [{ ...inspection, why: undefined }, 'nothing as why, which should be a text'],
    [{ ...inspection, usable: true }, 'nothing as hashKV'],
  ])('refuses what is no result: %j', (result, message) => {
    expect(() => readInspection(result)).toThrow(ResultError);
    expect(() => readInspection(result)).toThrow(message);
  });

  it('refuses an id or a list that must be there', () => {
    const flipped = { alreadyDone: true, movedTo: '', memberId: '', clusterId: '1' };
    expect(() => readFlipped(flipped)).toThrow('"" as memberId, which should be a number as text');
    expect(() => readOldData({ old: {} })).toThrow('{} as old, which should be a list');
  });
});
