import type { CoordinatorPairStatus } from '../../../src/api/coordinator-pair.ts';
import { until, type UntilOptions } from '../../support/until.ts';
import type { ScenarioPair } from '../support/pair.ts';

/**
 * - Ready: ACTIVE and STANDBY are there and no change is under way.
 * - Waiting: the ACTIVE works, the STANDBY is a zombie, and because ACTIVE changed three times in ten minutes it is
 *   restarted only when that is over (condition Stalled, reason Flapping): all there is to be had until then.
 */
export type Wellness = 'Ready' | 'Waiting';

/** How well a pair is; undefined: not at all. */
export function wellness({ conditions = [], transition }: CoordinatorPairStatus): Wellness | undefined {
  const is = (type: string, status: string, reason?: string) =>
    conditions.some(
      (condition) =>
        condition.type === type && condition.status === status && (reason ?? condition.reason) === condition.reason,
    );
  if (is('Ready', 'True')) return transition === undefined ? 'Ready' : undefined;
  const waits = is('Stalled', 'True', 'Flapping') && is('StandbyReady', 'False', 'Zombie');
  return waits && is('ActiveElected', 'True') ? 'Waiting' : undefined;
}

/** What a fault did is in the status a second later; a status that stays well for longer is not that of before. */
const SETTLED_MS = 2_500;

/** Waits until a pair is well, and stays so. */
export async function untilWell(pair: ScenarioPair, options: UntilOptions): Promise<Wellness> {
  let seen: CoordinatorPairStatus = {};
  let sinceMs: number | undefined;
  const probe = async () => {
    const knownMs = sinceMs;
    sinceMs = undefined; // an API server that does not answer tells nothing either
    seen = await pair.status();
    const found = wellness(seen);
    sinceMs = found && (knownMs ?? performance.now());
    return sinceMs !== undefined && performance.now() - sinceMs >= SETTLED_MS && found;
  };
  try {
    return await until(`${pair.name} to be well`, probe, { everyMs: 200, ...options });
  } catch (cause) {
    const wrong = seen.conditions?.map(
      ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
    );
    throw new Error(`${pair.name} was not well in time: ${wrong?.join('; ')}`, { cause });
  }
}
