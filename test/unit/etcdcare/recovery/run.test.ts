import { describe, expect, it } from '@jest/globals';
import { overdue } from '../../../../src/etcdcare/recovery/run.ts';
import type { Step, StepOutcome } from '../../../../src/etcdcare/recovery/remedy.ts';

const waiting: StepOutcome = { state: 'Waiting', message: 'waits for a pod', againMs: 1 };
const step: Step = { name: 'Wait', safeToStop: true, withinMs: 60_000, run: () => Promise.resolve(waiting) };
const begun = { name: 'Wait', state: 'Running', startTime: '2026-11-21T12:00:00Z' } as const;
const inTime = new Date('2026-11-21T12:00:59Z');
const late = new Date('2026-11-21T12:01:00Z');

describe('a step that waits', () => {
  it('goes on waiting within its time, and has failed by it', () => {
    expect(overdue(step, begun, waiting, inTime)).toBe(waiting);
    const failed = overdue(step, begun, waiting, late);
    expect(failed).toEqual({ state: 'Failed', message: 'Wait was not done within 1 min: waits for a pod' });
  });

  it('leaves what was changed where putting it back would do harm', () => {
    expect(overdue({ ...step, keepsChanges: true }, begun, waiting, late)).toMatchObject({ keepChanges: true });
  });

  it('has not failed when it is done at last', () => {
    const done: StepOutcome = { state: 'Done', message: 'done' };
    expect(overdue(step, begun, done, late)).toBe(done);
  });
});
