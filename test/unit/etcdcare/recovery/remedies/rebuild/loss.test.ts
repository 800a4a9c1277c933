import { describe, expect, it } from '@jest/globals';
import { grown, type Loss } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/loss.ts';

const at = (index: string, term = '3') => ({ term, index });
const ahead = (name: string, index: string, term = '3') => ({ name, ...at(index, term) });
const approved: Loss = { complete: true, last: at('100'), ahead: [ahead('etcd-1', '105')], silent: ['etcd-2'] };
const why = (now: Partial<Loss>, was: Partial<Loss> = {}) =>
  grown({ ...approved, ...now }, { ...approved, ...was }, 'etcd-0');

describe('what may be lost, looked at again', () => {
  it.each([
    ['is the same', {}],
    ['is less, as a log is gone that reached further', { ahead: [] }],
    ['is less, as a volume tells something again', { silent: [] }],
    ['is less, as the source itself reaches further', { last: at('103') }],
  ])('%s: nobody has to be asked', (_about, now) => {
    expect(why(now)).toBeUndefined();
  });

  it.each([
    ['the log of the source cannot be used any more', { complete: false }, /^the log of etcd-0 cannot be used/],
    [
      'another log reaches further',
      { ahead: [...approved.ahead, ahead('etcd-2', '101')] },
      /^the log of etcd-2 reaches/,
    ],
    [
      'the same log reaches further than was said',
      { ahead: [ahead('etcd-1', '106')] },
      /^the log of etcd-1 .*index 106/,
    ],
    ['the same log is of a later term', { ahead: [ahead('etcd-1', '105', '4')] }, /^the log of etcd-1 .*term 4/],
    ['the source itself is further behind', { last: at('99') }, /^the log of etcd-1 reaches further/],
    ['another volume tells nothing', { silent: ['etcd-1', 'etcd-2'] }, /^the volume of etcd-1 tells nothing/],
  ] as const)('has grown when %s', (_about, now, sentence) => {
    expect(why(now as Partial<Loss>)).toMatch(sentence);
  });
});
