import { describe, expect, it } from '@jest/globals';
import { CONDITION_TYPES, PASSING_CONDITIONS, PERMANENT_CONDITIONS } from '../../../src/api/conditions.ts';
import type { ConditionReasonEntry, EventReasonEntry } from '../../../src/api/reason-entry.ts';
import { conditionReasons, eventReasons } from '../../../src/api/reasons.ts';

const reasonsOf = (type: keyof typeof conditionReasons): [string, ConditionReasonEntry][] =>
  Object.entries<ConditionReasonEntry>(conditionReasons[type]);

/** The pattern of metav1.Condition's reason, narrowed to CamelCase. */
const camelCase = /^[A-Z][A-Za-z]+$/;
const sentence = /^\S.*\.$/s;

describe('the reasons of conditions', () => {
  it.each(CONDITION_TYPES)('of %s are words with sentences that explain them', (type) => {
    for (const [reason, { meaning, action }] of reasonsOf(type)) {
      expect(reason).toMatch(camelCase);
      expect(meaning).toMatch(sentence);
      expect(action ?? 'Nothing.').toMatch(sentence);
    }
  });

  it.each(PERMANENT_CONDITIONS)('of %s say what is so, what is not, and that nobody has looked yet', (type) => {
    const statuses = new Set(reasonsOf(type).map(([, { status }]) => status));
    expect(statuses).toEqual(new Set(['True', 'False', 'Unknown']));
    expect(conditionReasons[type]).toHaveProperty('NotObserved');
  });

  it.each(PASSING_CONDITIONS)('of %s are all about it being true', (type) => {
    expect(reasonsOf(type).every(([, { status }]) => status === 'True')).toBe(true);
  });
});

describe('the reasons of events', () => {
  it('are words with sentences that explain them', () => {
    for (const [reason, { meaning, action }] of Object.entries<EventReasonEntry>(eventReasons)) {
      expect(reason).toMatch(camelCase);
      expect(meaning).toMatch(sentence);
      expect(action ?? 'Nothing.').toMatch(sentence);
    }
  });
});
