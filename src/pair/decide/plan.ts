import { annotations } from '../../api/names.ts';
import type { StatefulSet } from '../../kube/core-types.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { ChildFacts, PairFacts } from '../facts.ts';
import type { ForeignChild } from './conditions/assessment.ts';
import { templateToHold } from './held-template.ts';
import { leaseSeconds } from './lease-time.ts';
import { memberStates, type Member } from './members.ts';
import { otherRoleMembers, type RoleMembers } from './other-roles.ts';
import { ownershipOf } from './ownership.ts';
import { rolesKnown } from './role-sessions.ts';
import { roleLabelChanges, roleLabelRemovals, type RoleLabelChange } from './role-labels.ts';

/** What is done before anything is judged: it follows from the facts alone and repeats without harm. */
export interface Plan {
  /** Empty while it is not known who is what: then nothing is touched. */
  readonly members: readonly Member[];
  /** The same for each further role of a `mixture`. */
  readonly otherRoles: readonly RoleMembers[];
  readonly labels: readonly RoleLabelChange[];
  /** Children to bring to their wished state, in order. */
  readonly children: readonly ChildFacts[];
  readonly foreignChildren: readonly ForeignChild[];
  /** Whether the operator may change anything of this pair but its role labels. */
  readonly mayAct: boolean;
}

/** Decides labels and children from the facts. */
export function planOf(facts: PairFacts): Plan {
  const { pair } = facts;
  const members = membersOf(facts);
  const foreignChildren = facts.children.flatMap((child) => foreignOf(child, facts));
  const mayAct =
    pair.spec.mode === 'Managed' && facts.problems.length === 0 && !isTaken(facts) && foreignChildren.length === 0;
  return {
    members,
    otherRoles: otherRoleMembers(facts),
    labels: labelsFor(facts, members),
    children: mayAct
      ? facts.children.filter(isWanted(facts)).map((child) => withHeldTemplate(child, facts, members))
      : [],
    foreignChildren,
    mayAct,
  };
}

/** Whether another pair has the role, or the workload. */
function isTaken({ duplicateOf, workload }: PairFacts): boolean {
  return duplicateOf !== undefined || workload?.takenBy !== undefined;
}

function membersOf({ pair, etcd, pods, deaths, stops, renewed, now }: PairFacts): readonly Member[] {
  if (!rolesKnown(etcd)) return [];
  return memberStates(etcd.sessions, pods, {
    now,
    ttlSeconds: leaseSeconds(etcd),
    deaths,
    stops,
    ...(renewed ? { renewed } : {}),
    known: pair.status?.members ?? [],
  });
}

/** The plan after these label changes were made, all of it unless told: what is judged next is the world as it is then. */
export function afterLabels(plan: Plan, made: Plan['labels'] = plan.labels): Plan {
  const members = plan.members.map((member) => {
    const change = made.find(({ podUID }) => podUID === member.pod?.uid);
    if (!change || !member.pod) return member;
    const { roleLabel, ...pod } = member.pod;
    return { ...member, pod: change.role === undefined ? pod : { ...pod, roleLabel: change.role } };
  });
  return { ...plan, members, labels: [] };
}

function labelsFor({ pair, pods }: PairFacts, members: readonly Member[]): readonly RoleLabelChange[] {
  if (pair.spec.mode !== 'ObserveOnly') return roleLabelChanges(members);
  return roleLabelRemovals(pods);
}

/** Two budgets over one pod would keep it from ever being evicted: where another one is, none of ours is made or kept. */
function isWanted({ otherBudgets = [] }: PairFacts): (child: ChildFacts) => boolean {
  return ({ desired }) => desired.kind !== 'PodDisruptionBudget' || otherBudgets.length === 0;
}

function foreignOf({ desired, live }: ChildFacts, { pair }: PairFacts): readonly ForeignChild[] {
  const ownership = ownershipOf(live, { name: pair.metadata.name, uid: pair.metadata.uid });
  return ownership.kind === 'Foreign'
    ? [{ kind: desired.kind, name: desired.metadata.name, owner: ownership.owner }]
    : [];
}

/** The StatefulSet with the template it should hold now (held-template.ts). All else of it is kept right. */
function withHeldTemplate(child: ChildFacts, facts: PairFacts, members: readonly Member[]): ChildFacts {
  const held = child.desired.kind === 'StatefulSet' ? heldHash(child, facts, members) : undefined;
  if (held === undefined || held === facts.templateHash) return child;
  const live = child.live as StatefulSet | undefined;
  const liveTemplate = live?.spec?.template;
  const template =
    held === templateHashOf(live)
      ? liveTemplate
      : (facts.revisions?.find(({ hash }) => hash === held)?.template ?? liveTemplate);
  const desired = child.desired as KubeObject & { readonly spec: object };
  return { ...child, desired: { ...desired, spec: { ...desired.spec, template } } as KubeObject };
}

/** Hash of the template to hold; undefined while there is no StatefulSet of ours. */
function heldHash(
  { live }: ChildFacts,
  { pair, etcd, pods, templateHash }: PairFacts,
  members: readonly Member[],
): string | undefined {
  const liveHash = templateHashOf(live);
  if (liveHash === undefined || templateHash === undefined) return undefined;
  const { transition, failedRollout, servingTemplateHash } = pair.status ?? {};
  return templateToHold({
    policy: pair.spec.rollout.policy,
    known: rolesKnown(etcd),
    members,
    hasPods: pods.length > 0,
    wished: templateHash,
    live: liveHash,
    transition,
    failed: failedRollout,
    serving: servingTemplateHash,
  });
}

/** Hash of a template that the StatefulSet should hold and that is neither wished nor live: it must be looked up. */
export function templateToLookUp(facts: PairFacts): string | undefined {
  const child = facts.children.find(({ desired }) => desired.kind === 'StatefulSet');
  const liveHash = templateHashOf(child?.live);
  const hashes = [liveHash, ...facts.pods.map((pod) => pod.templateHash)];
  // At rest everything is of the wished template.
  if (!child || hashes.every((hash) => hash === facts.templateHash)) return undefined;
  const held = heldHash(child, facts, membersOf(facts));
  return held === facts.templateHash || held === liveHash ? undefined : held;
}

/** Hash of the template a StatefulSet makes pods from. */
export function templateHashOf(statefulSet: StatefulSet | undefined): string | undefined {
  return statefulSet?.spec?.template?.metadata?.annotations?.[annotations.templateHash];
}
