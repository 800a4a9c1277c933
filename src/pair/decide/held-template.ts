import type { CoordinatorPairSpec, FailedRollout, Transition } from '../../api/coordinator-pair.ts';
import { holderOf, type Member } from './members.ts';

/** What decides which template the StatefulSet holds. */
export interface HeldTemplateContext {
  readonly policy: CoordinatorPairSpec['rollout']['policy'];
  /** Whether etcd is known, so that `members` tell who is ACTIVE. */
  readonly known: boolean;
  readonly members: readonly Member[];
  /** Whether the pair has pods at all. */
  readonly hasPods: boolean;
  /** Hash of the template that the spec asks for. */
  readonly wished: string;
  /** Hash of the template that the StatefulSet holds. */
  readonly live: string;
  readonly transition: Transition | undefined;
  readonly failed: FailedRollout | undefined;
  /** Hash of the template of the pod that was last ACTIVE. */
  readonly serving: string | undefined;
}

/**
 * Which template the StatefulSet should hold now, by its hash: whatever pod goes for whatever reason comes back from it.
 * A template that has never come up must not be what the ACTIVE comes back with when it is lost while its standby is
 * being renewed: so the new one is written when a pod is about to be replaced, taken back as soon as the replacement is
 * made, and written for good when that one is registered. `OnDelete` StatefulSets touch no pod because of it. While
 * rollouts are paused no new one is written; one that was about to come in is taken back all the same.
 */
export function templateToHold(context: HeldTemplateContext): string {
  const { policy, wished, live } = context;
  return policy === 'Paused' && live !== wished ? live : templateOfRollout(context);
}

function templateOfRollout(context: HeldTemplateContext): string {
  const { known, members, hasPods, wished, live, failed } = context;
  if (failed?.templateHash === wished) return lastGood(context) ?? live;
  if (!hasPods) return wished;
  if (!known) return live;
  const holder = holderOf(members);
  if (!holder?.pod) return withoutActive(context);
  const tried = holder.pod.templateHash;
  if (tried === undefined || tried === wished) return wished;
  const renewed = members.find(
    ({ pod }) => pod && pod !== holder.pod && !pod.terminating && pod.templateHash === wished,
  );
  if (renewed) return renewed.state === 'Standby' ? wished : tried;
  return isReplacing(context) ? wished : tried;
}

/**
 * Somebody registered is about to take over: nothing changes. A rollout that has lost its ACTIVE on the way (it names
 * the pod it began with) lets that one come back as it was. Otherwise nothing can be lost, and the wished template may
 * be the cure.
 */
function withoutActive(context: HeldTemplateContext): string {
  const { members, wished, live, transition } = context;
  if (members.some(({ session, pod }) => session !== undefined && pod !== undefined)) return live;
  return isReplacing(context) && transition?.from !== undefined ? (lastGood(context) ?? live) : wished;
}

/** The template that is known to work: the ACTIVE's, or that of the one before, if it is not the failed one. */
export function lastGood({
  members,
  wished,
  serving,
}: Pick<HeldTemplateContext, 'members' | 'wished' | 'serving'>): string | undefined {
  const tried = holderOf(members)?.pod?.templateHash ?? serving;
  return tried === wished ? undefined : tried;
}

function isReplacing({ transition, wished }: HeldTemplateContext): boolean {
  return transition?.type === 'Rollout' && transition.step === 'ReplacingStandby' && transition.templateHash === wished;
}
