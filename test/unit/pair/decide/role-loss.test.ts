import { describe, expect, it } from '@jest/globals';
import { awaitingHolder, withoutActiveSince } from '../../../../src/pair/decide/role-loss.ts';
import { look, facts } from '../support/facts.ts';
import { withoutActive } from '../support/situations.ts';
import { after, isoAfter, NOW } from '../support/time.ts';

describe('a role that nobody holds', () => {
  it('has been free since ActiveElected turned', () => {
    expect(withoutActiveSince(withoutActive(40))).toEqual(after(-40));
  });

  it.each([
    ['there is an ACTIVE', look(facts()).status],
    ['nothing was reported yet', undefined],
  ])('has not, as far as anybody knows, while %s', (_, status) => {
    expect(withoutActiveSince(status)).toBeUndefined();
  });

  it('is waited for from when it was lost, for half a minute from now', () => {
    expect(awaitingHolder('rootcoord-0', 'ActiveKeyGone', after(-40), NOW)).toEqual({
      type: 'Failover',
      from: 'rootcoord-0',
      reason: 'ActiveKeyGone',
      step: 'AwaitingHolder',
      startTime: isoAfter(-40),
      deadlineTime: isoAfter(30),
    });
  });
});
