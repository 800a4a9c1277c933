import { expect, it } from '@jest/globals';
import type { HistoryEntry } from '../../../../src/api/coordinator-pair.ts';
import { flappingUntil } from '../../../../src/pair/decide/flapping.ts';
import { after, isoAfter, NOW } from '../support/time.ts';

const change = (secondsAgo: number, type: HistoryEntry['type'] = 'Failover'): HistoryEntry => ({
  time: isoAfter(-secondsAgo),
  type,
  from: 'a',
  to: 'b',
  reason: 'ActiveKeyGone',
  durationMilliseconds: 1,
});

it.each<[string, readonly HistoryEntry[], Date | undefined]>([
  ['is calm without changes', [], undefined],
  ['is calm after two', [change(1), change(2)], undefined],
  [
    'flaps after three in ten minutes, until the first of them is ten minutes ago',
    [change(1), change(60), change(500)],
    after(100),
  ],
  ['flaps until the third last is', [change(1), change(60), change(100), change(500)], after(500)],
  ['is calm when the first of three was ten minutes ago', [change(1), change(60), change(600)], undefined],
  ['is calm when one of three was planned', [change(1), change(60, 'Rollout'), change(100)], undefined],
])('a pair %s', (_, history, until) => {
  expect(flappingUntil(history, NOW)).toEqual(until);
});
