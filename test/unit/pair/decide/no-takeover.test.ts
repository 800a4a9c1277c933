import { expect, it } from '@jest/globals';
import { freeFrom } from '../../../../src/pair/decide/no-takeover.ts';
import { after, isoAfter } from '../support/time.ts';

/** ActiveElected, False for an hour. */
const unelected = (reason: string) => ({
  type: 'ActiveElected' as const,
  status: 'False' as const,
  observedGeneration: 1,
  lastTransitionTime: isoAfter(-3600),
  reason,
  message: '',
});

it.each([
  ['from when it was seen to be free, where a stranger held it before', 'HolderForeign', after(-5), after(-5)],
  ['from when the lease of a dead process ended', 'WaitingForLease', after(-5), after(-5)],
  ['as before, once it was said that nobody takes it', 'NoTakeover', after(-5), after(-3600)],
  ['from the condition, where nothing else is known', 'Starting', undefined, after(-3600)],
  ['from the condition, where that is younger', 'Starting', after(-7200), after(-3600)],
])('a role is free %s', (_, reason, freeSince, expected) => {
  expect(freeFrom(unelected(reason), freeSince)).toEqual(expected);
});
