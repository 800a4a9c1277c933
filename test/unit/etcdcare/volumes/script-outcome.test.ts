import { describe, expect, it } from '@jest/globals';
import { outcomeOf } from '../../../../src/etcdcare/volumes/script-outcome.ts';

describe('what a script left in its termination log', () => {
  it.each([
    ['a result', { exitCode: 0, message: '{"ok":true,"a":"1"}' }, { state: 'Done', result: { ok: true, a: '1' } }],
    [
      'a refusal',
      { exitCode: 20, message: '{"ok":false,"refusal":"LockHeld","message":"etcd still runs"}' },
      { state: 'Failed', exitCode: 20, refusal: 'LockHeld', message: 'etcd still runs' },
    ],
    [
      'nothing, as it was killed',
      { exitCode: 137, reason: 'OOMKilled' },
      { state: 'Failed', exitCode: 137, message: 'ended with code 137 (OOMKilled)' },
    ],
    [
      'words of another program',
      { exitCode: 1, message: 'cannot be reached\n' },
      { state: 'Failed', exitCode: 1, message: 'ended with code 1: cannot be reached' },
    ],
    [
      'an unknown code beside a line',
      { exitCode: 3, message: '{"message":"x"}' },
      { state: 'Failed', exitCode: 3, message: 'ended with code 3: {"message":"x"}' },
    ],
    [
      'no result although it ended well',
      { exitCode: 0, message: '' },
      { state: 'Failed', exitCode: 0, message: 'the script ended well but left no result in its termination log' },
    ],
  ])('is read: %s', (_what, ended, outcome) => {
    expect(outcomeOf(ended)).toEqual(outcome);
  });
});

it('keeps no more of what a script says than a status has room for', () => {
  const message = JSON.stringify({ message: 'x'.repeat(10_000) });
  const outcome = outcomeOf({ exitCode: 20, message });
  expect(outcome.state === 'Failed' && outcome.message.length).toBe(500);
  expect(outcomeOf({ exitCode: 0, message: JSON.stringify({ a: 'x'.repeat(20_000) }) })).toMatchObject({
    state: 'Failed',
  });
});
