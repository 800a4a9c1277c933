import { strangers } from './strangers.ts';
import { brokenKeys, isStopped, type Assessment, type Finding } from './assessment.ts';

const type = 'NoConflict';

/** Whether names and role belong to this pair alone. */
export function noConflict(assessment: Assessment): Finding<typeof type> {
  const { facts, foreignChildren } = assessment;
  if (facts.duplicateOf)
    return {
      type,
      status: 'False',
      reason: 'DuplicatePair',
      message: `CoordinatorPair ${facts.duplicateOf} already looks after ${facts.role} under the same etcd path; delete one of the two`,
    };
  if (facts.workload?.takenBy !== undefined)
    return {
      type,
      status: 'False',
      reason: 'WorkloadTaken',
      message: `${facts.workload.view.kind} ${facts.workload.view.name} belongs to CoordinatorPair ${facts.workload.takenBy}: its pods are left alone; delete one of the two pairs`,
    };
  const [foreign] = foreignChildren;
  if (foreign)
    return {
      type,
      status: 'False',
      reason: 'NameConflict',
      message: `${foreignChildren.map(({ kind, name, owner }) => `${kind} ${name} belongs to ${owner}`).join('; ')}: not touched; rename the pair, or delete the object, or give it the label ha.milvus.io/pair=${facts.pair.metadata.name} to have it taken over`,
    };
  const budgets = facts.otherBudgets ?? [];
  const ownBudget = facts.children.find(({ desired }) => desired.kind === 'PodDisruptionBudget')?.live;
  if (budgets.length > 0 && ownBudget)
    return {
      type,
      status: 'False',
      reason: 'TwoBudgets',
      message: `PodDisruptionBudget ${budgets.join(', ')} matches this pair's pods beside its own, ${ownBudget.metadata.name}: the API server evicts no pod that two budgets match, so drains wait for ever; delete one of the two (the pair's own is not made again while there is another)`,
    };
  const foreignPods = facts.workload?.foreignPods ?? [];
  if (facts.workload && foreignPods.length > 0)
    return {
      type,
      status: 'False',
      reason: 'ForeignPods',
      message: `the selector of ${facts.workload.view.kind} ${facts.workload.view.name} matches pods that it has not made: ${foreignPods.join(', ')}; they are left alone, delete them or change their labels`,
    };
  const layout = isStopped(assessment) ? undefined : layoutConflict(assessment);
  if (layout) return layout;
  const stranger = isStopped(assessment) ? undefined : strangers(assessment);
  if (stranger) return stranger;
  if (facts.etcd.state === 'Known' && facts.etcd.sessions.broken.length > 0)
    return {
      type,
      status: 'False',
      reason: 'UnreadableSession',
      message: `${brokenKeys(facts.etcd.sessions)}; who holds the role is not sure, so no pod is touched: find out what writes there`,
    };
  if (budgets.length > 0)
    return {
      type,
      status: 'True',
      reason: 'OtherBudget',
      message: `PodDisruptionBudget ${budgets.join(', ')} matches this pair's pods, so the pair makes none of its own`,
    };
  return { type, status: 'True', reason: 'NoConflict', message: 'names and role belong to this pair alone' };
}

/** Coordinators of the other layout under the same path: 2.6 replaced rootcoord, querycoord and datacoord by mixcoord. */
function layoutConflict({ facts: { etcd, role }, members }: Assessment): Finding<typeof type> | undefined {
  if (etcd.state !== 'Known') return undefined;
  const { olderLayout, newerLayout = [] } = etcd.sessions;
  const after = members.some(({ state }) => state === 'Active' || state === 'Activating')
    ? 'would take their old roles beside it as soon as it ends'
    : 'keep mixcoord from taking the role';
  if (olderLayout.length > 0)
    return {
      type,
      status: 'False',
      reason: 'OlderLayout',
      message: `coordinators of Milvus 2.5 or older are registered (${olderLayout.join(', ')}) and ${after}: stop them (runState: Stopped on their pairs) and wait until their keys are gone, at most one session TTL`,
    };
  if (newerLayout.length > 0)
    return {
      type,
      status: 'False',
      reason: 'NewerLayout',
      message: `mixcoord of Milvus 2.6 or newer is registered (${newerLayout.join(', ')}): this ${role} does not look at it, and both may work as ACTIVE on the same data; set runState: Stopped on this pair, or stop mixcoord first`,
    };
  return undefined;
}
