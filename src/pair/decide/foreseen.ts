import type { CoordinatorPair, CoordinatorPairStatus, PlannedAct, Transition } from '../../api/coordinator-pair.ts';
import type { StatefulSet } from '../../kube/core-types.ts';
import { driftOf } from '../../kube/drift.ts';
import type { ChildFacts, PairFacts } from '../facts.ts';
import type { Judgement } from './judgement.ts';
import { afterLabels, planOf, type Plan } from './plan.ts';
import { ownershipOf } from './ownership.ts';
import { templateChange } from './template-change.ts';

/** What the CRD accepts (maxItems, maxLength). */
const MAX_ACTS = 16;
const MAX_REASON_LENGTH = 1024;

/**
 * What the operator would do next in mode Managed, found by deciding as if it were. Labels and children first; then two
 * looks, for what the first one only records the second one acts on.
 *
 * @param status the status of this very look: what was refused in it is not foreseen.
 * @param judge the decision itself.
 */
export function foreseen(
  facts: PairFacts,
  status: CoordinatorPairStatus,
  judge: (facts: PairFacts, plan: Plan) => Judgement,
): readonly PlannedAct[] {
  const managed: PairFacts = { ...facts, pair: as(facts.pair, status) };
  const plan = planOf(managed);
  const applied = { ...managed, children: facts.children.map((child) => afterApply(child, managed)) };
  const settled = afterLabels(planOf(applied));
  const first = judge(applied, settled);
  const second = judge({ ...applied, pair: as(facts.pair, first.status) }, settled);
  const begun = first.status.transition;
  const acts: PlannedAct[] = [
    ...plan.labels.map(({ podName, role }) => ({
      action: role === undefined ? `Unlabel Pod/${podName}` : `Label Pod/${podName} ${role}`,
      reason: 'role labels follow who holds the role in etcd',
    })),
    ...plan.children.flatMap(childAct),
    ...(begun && begun.type !== 'Failover' && begun.startTime !== status.transition?.startTime
      ? [{ action: `Begin ${begun.type}`, reason: whyBegun(begun, facts) }]
      : []),
    ...second.revoke.map(({ session, evidence }) => ({ action: `RevokeLease ${session.key}`, reason: evidence })),
    ...(second.endPod ? [{ action: `EndPod ${second.endPod.podName}`, reason: second.endPod.why }] : []),
    ...(second.status.proposals ?? []).map(({ action, evidence }) => ({
      action: `Propose ${action}`,
      reason: evidence,
    })),
  ];
  return acts.slice(0, MAX_ACTS).map(({ action, reason }) => ({ action, reason: reason.slice(0, MAX_REASON_LENGTH) }));
}

function whyBegun({ type, reason }: Transition, facts: PairFacts): string {
  const change = type === 'Rollout' ? templateChange(facts) : undefined;
  return change ? `${reason}: ${change}` : reason;
}

function as({ status: _, ...pair }: CoordinatorPair, status: CoordinatorPairStatus): CoordinatorPair {
  return { ...pair, spec: { ...pair.spec, mode: 'Managed' }, status };
}

function childAct({ desired, live }: ChildFacts): readonly PlannedAct[] {
  const object = `${desired.kind}/${desired.metadata.name}`;
  if (!live) return [{ action: `Create ${object}`, reason: 'it does not exist' }];
  const drift = driftOf(desired, live);
  return drift.length === 0 ? [] : [{ action: `Apply ${object}`, reason: `differs in ${drift.join(', ')}` }];
}

/** The child as it is once applied; what belongs to somebody else stays. */
function afterApply({ desired, live }: ChildFacts, { pair: { metadata } }: PairFacts): ChildFacts {
  if (ownershipOf(live, { name: metadata.name, uid: metadata.uid }).kind === 'Foreign' || !live)
    return live ? { desired, live } : { desired };
  const { spec } = desired as StatefulSet;
  return { desired, live: { ...live, ...(spec ? { spec } : {}) } };
}
