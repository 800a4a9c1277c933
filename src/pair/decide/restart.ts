import type { CoordinatorPair, LastRestart } from '../../api/coordinator-pair.ts';
import { annotations } from '../../api/names.ts';
import { stopOf } from './run-state.ts';

/** What the CRD accepts as `lastRestart.token` (maxLength). */
const MAX_TOKEN_LENGTH = 256;

/** What a request for a rolling restart leads to. */
export interface RestartDecision {
  /** The value that the pod template carries: a new one makes a rollout. */
  readonly token?: string;
  /** The answer to a request that was not answered before. */
  readonly answer?: LastRestart;
}

/** Why a restart cannot start now. */
export type RestartRefusal = 'NotManaged' | 'SpecInvalid' | 'Stopped' | 'RolloutPaused' | 'WorkloadRef';

/**
 * A rolling restart is a rollout of the same template with another value of one annotation. The value that was last
 * carried out stays in the template whatever becomes of the request: another one, or none, would be a rollout again.
 *
 * @param liveToken what the live StatefulSet's template carries: all that is known of it when the status is lost.
 */
export function decideRestart(
  pair: CoordinatorPair,
  {
    liveToken,
    isValid,
    now,
  }: { readonly liveToken: string | undefined; readonly isValid: boolean; readonly now: Date },
): RestartDecision {
  const { metadata, status } = pair;
  const asked = metadata.annotations?.[annotations.restart]?.slice(0, MAX_TOKEN_LENGTH);
  const carriedOut = status?.restartToken ?? (status?.observedGeneration === undefined ? liveToken : undefined);
  const kept = carriedOut === undefined ? {} : { token: carriedOut };
  if (asked === undefined || asked === status?.lastRestart?.token) return kept;
  const time = now.toISOString();
  if (status?.observedGeneration === undefined)
    return { ...kept, answer: { token: asked, result: 'Ignored', reason: 'FoundAtFirstSight', time } };
  const refusal = refusalOf(pair, isValid);
  if (refusal) return { ...kept, answer: { token: asked, result: 'Refused', reason: refusal, time } };
  return { token: asked, answer: { token: asked, result: 'Started', reason: 'Requested', time } };
}

function refusalOf(pair: CoordinatorPair, isValid: boolean): RestartRefusal | undefined {
  const { mode, rollout, workloadRef } = pair.spec;
  if (workloadRef) return 'WorkloadRef';
  if (mode !== 'Managed') return 'NotManaged';
  if (!isValid) return 'SpecInvalid';
  if (stopOf(pair)) return 'Stopped';
  return rollout.policy === 'Paused' ? 'RolloutPaused' : undefined;
}
