import { createHash } from 'node:crypto';
import type { EtcdRecovery } from '../../api/etcd-recovery.ts';
import type { Plan } from './remedy.ts';
import type { EtcdWorld } from './world.ts';

/**
 * The hash of everything a plan rests upon: an approval of it never fits another recovery, another StatefulSet, template,
 * volume or membership, or another source. Nothing in it moves while nothing happens.
 *
 * @param world undefined for a plan that only goes on with what was begun: what is half done changes by itself
 */
export function planHash({ metadata, spec }: EtcdRecovery, world: EtcdWorld | undefined, plan: Plan): string {
  const { set, claims = [], quorum } = world ?? {};
  // Without a quorum members are known or not, as they start and crash.
  const members = quorum?.verdict === 'Quorate' ? (quorum.members ?? []) : [];
  const identity = {
    recovery: metadata.uid,
    action: spec.action,
    target: spec.target?.podName ?? null,
    source: spec.source ?? null,
    statefulSet: set?.metadata.uid ?? null,
    template: set?.spec?.template ?? null,
    claims: [...claims].map(([pod, claim]) => [pod, claim.metadata.uid, claim.spec?.volumeName ?? null]),
    members: members.map(({ id, learner }) => [id.toString(16), learner]).toSorted(),
    steps: plan.steps,
    mayLose: plan.mayLose,
    details: plan.details,
  };
  return createHash('sha256').update(canonical(identity)).digest('hex').slice(0, 32);
}

/** JSON with the keys of every object in order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
