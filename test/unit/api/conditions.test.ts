import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Condition, ConditionFinding, ConditionStatus } from '../../../src/api/conditions.ts';
import { CONDITION_TYPES, findCondition, mergeConditions, PERMANENT_CONDITIONS } from '../../../src/api/conditions.ts';

const monday = '2026-11-16T08:00:00Z';
const tuesday = '2026-11-17T08:00:00Z';
const ready = (status: ConditionStatus, message = 'as it should be'): ConditionFinding => ({
  type: 'Ready',
  status,
  reason: status === 'True' ? 'PairReady' : 'NoStandby',
  message,
});

describe('the conditions of a pair', () => {
  it('are all there from the first write on, Unknown where nothing was found', () => {
    const conditions = mergeConditions([], [ready('True')], monday, 1);
    expect(conditions.map(({ type }) => type)).toEqual([...PERMANENT_CONDITIONS]);
    expect(findCondition(conditions, 'Ready')).toEqual({
      type: 'Ready',
      status: 'True',
      observedGeneration: 1,
      lastTransitionTime: monday,
      reason: 'PairReady',
      message: 'as it should be',
    });
    expect(findCondition(conditions, 'EtcdReachable')).toEqual({
      type: 'EtcdReachable',
      status: 'Unknown',
      observedGeneration: 1,
      lastTransitionTime: monday,
      reason: 'NotObserved',
      message: 'The operator has not looked yet.',
    });
  });

  it('do not change while nothing happens', () => {
    const before = mergeConditions([], [ready('True')], monday, 1);
    expect(mergeConditions(before, [ready('True')], tuesday, 1)).toEqual(before);
  });

  it('keep the time of the transition when only the message or the generation changes', () => {
    const before = mergeConditions([], [ready('True')], monday, 1);
    expect(findCondition(mergeConditions(before, [ready('True', 'better')], tuesday, 2), 'Ready')).toMatchObject({
      lastTransitionTime: monday,
      observedGeneration: 2,
      message: 'better',
    });
  });

  it('move the time of the transition when the status changes', () => {
    const before = mergeConditions([], [ready('True')], monday, 1);
    expect(findCondition(mergeConditions(before, [ready('False')], tuesday, 1), 'Ready')).toMatchObject({
      status: 'False',
      lastTransitionTime: tuesday,
    });
  });

  it('show Stalled and Reconciling only while they are true', () => {
    const stalled = (status: ConditionStatus): ConditionFinding => ({
      type: 'Stalled',
      status,
      reason: 'SpecInvalid',
      message: 'correct the image',
    });
    const shown = mergeConditions([], [stalled('True')], monday, 1);
    expect(shown.at(-1)).toMatchObject({ type: 'Stalled', status: 'True' });
    expect(findCondition(mergeConditions(shown, [stalled('False')], tuesday, 1), 'Stalled')).toBeUndefined();
    expect(findCondition(mergeConditions(shown, [], tuesday, 1), 'Stalled')).toBeUndefined();
  });

  it('have a message that the API server accepts, however long it was', () => {
    const [first] = mergeConditions([], [ready('False', 'x'.repeat(40_000))], monday, 1);
    expect(first?.message).toHaveLength(32768);
  });

  it('stand in one order whatever the order of what was found', () => {
    const findings: ConditionFinding[] = [
      ready('True'),
      { type: 'SpecValid', status: 'True', reason: 'Valid', message: '' },
      { type: 'Reconciling', status: 'True', reason: 'Creating', message: '' },
      { type: 'EtcdHealthy', status: 'False', reason: 'NoQuorum', message: '' },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(findings, { minLength: findings.length }), (shuffled) => {
        const types = mergeConditions([], shuffled, monday, 1).map(({ type }) => type);
        expect(types).toEqual(CONDITION_TYPES.filter((type) => type !== 'Stalled'));
      }),
    );
  });

  it('drop what is no condition of a pair any more', () => {
    const retired = { ...mergeConditions([], [], monday, 1)[0], type: 'Shiny' } as unknown as Condition;
    expect(mergeConditions([retired], [], monday, 1).map(({ type }) => type)).not.toContain('Shiny');
  });
});
