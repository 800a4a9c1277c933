import { PLAN_LIVES_MS } from './approval.ts';
import { FOR_CASE } from './asked-for.ts';
import { planHash, type PlanBasis } from './plan-hash.ts';

/** A plan that waits for its approval. */
export interface Offer {
  readonly hash: string;
  /** Until when it can be approved. */
  readonly expires: Date;
  readonly hasExpired: boolean;
}

/**
 * What is asked: the plan as it was shown, for half an hour, and then another one, which no earlier approval fits. Whoever
 * asked for a recovery makes another one then; what a guard asked for is asked again for as long as the guard sees the
 * ailment, and what is in the middle of something (Milvus is stopped) stays a question.
 *
 * @param own something was changed already
 */
export function offerOf(basis: PlanBasis, own: boolean, now: Date): Offer {
  const { status, metadata } = basis.recovery;
  if (status?.planHash !== undefined && status.planExpiresTime !== undefined) {
    const expires = new Date(status.planExpiresTime);
    const hash = planHash(basis, expires);
    const stays = now <= expires || (!own && metadata.labels?.[FOR_CASE] === undefined);
    if (hash === status.planHash && stays) return { hash, expires, hasExpired: now > expires };
  }
  const expires = new Date(now.getTime() + PLAN_LIVES_MS);
  return { hash: planHash(basis, expires), expires, hasExpired: false };
}
