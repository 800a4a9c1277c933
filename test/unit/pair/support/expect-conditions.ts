import { describe, expect, it } from '@jest/globals';
import type { Condition, ConditionType } from '../../../../src/api/conditions.ts';
import { conditionReasons } from '../../../../src/api/reasons.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { conditionOf, look, settle } from './facts.ts';

/** A situation, what the condition says of it, and what its message must name; looked at until it settles. */
export type Situation = readonly [
  situation: string,
  world: PairFacts,
  Condition['status'],
  reason: string,
  named: RegExp,
];

/** One test a situation: status and reason as documented, and a message that names what a person needs. */
export function describeCondition(type: ConditionType, situations: readonly Situation[]): void {
  describe(type, () => {
    it.each(situations)('%s', (_, world, status, reason, named) => {
      const condition = conditionOf(settle(world).status, type);
      expect([condition.status, condition.reason]).toEqual([status, reason]);
      expect(condition.message).toMatch(named);
      expect(conditionReasons[type]).toHaveProperty(reason);
    });

    it('says so from the first look on', () => {
      for (const [, world] of situations) expect(() => conditionOf(look(world).status, type)).not.toThrow();
    });
  });
}
