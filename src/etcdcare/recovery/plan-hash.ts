import { createHash } from 'node:crypto';
import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { EtcdRecovery } from '../../api/etcd-recovery.ts';
import { approvedGuard } from './approved-guard.ts';
import type { Plan } from './remedy.ts';
import type { EtcdWorld } from './world.ts';

/** What a plan rests on. */
export interface PlanBasis {
  readonly recovery: EtcdRecovery;
  readonly guard: EtcdGuard;
  /** Undefined for a plan that only goes on with what was begun: what is half done changes by itself. */
  readonly world?: EtcdWorld | undefined;
  readonly plan: Plan;
  /** The image of the operator itself, which Jobs run. */
  readonly operatorImage?: string | undefined;
}

/**
 * The hash of everything a plan rests on: an approval of it never fits another recovery, another StatefulSet, template,
 * volume or membership, another source, another image that would run, or another Milvus that would be stopped. Nothing in
 * it moves while nothing happens.
 *
 * @param expires until when it can be approved: a plan that has expired is another one when it is made again
 */
export function planHash({ recovery, guard, world, plan, operatorImage }: PlanBasis, expires: Date): string {
  const { metadata, spec } = recovery;
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
    replicas: set?.spec?.replicas ?? null,
    updateStrategy: set?.spec?.updateStrategy ?? null,
    guard: approvedGuard(guard),
    operatorImage: operatorImage ?? null,
    expires: expires.toISOString(),
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
