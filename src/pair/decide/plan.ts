import { annotations } from '../../api/names.ts';
import type { StatefulSet } from '../../kube/core-types.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { ChildFacts, PairFacts } from '../facts.ts';
import type { ForeignChild } from './conditions/assessment.ts';
import { memberStates, type Member } from './members.ts';
import { ownershipOf } from './ownership.ts';
import { roleLabelChanges, roleLabelRemovals, type RoleLabelChange } from './role-labels.ts';

/** TTL to reckon with while etcd has not told the granted one: the longest default of any version (2.2.0 to 2.2.3). */
export const ASSUMED_TTL_SECONDS = 60;

/** What is done before anything is judged: it follows from the facts alone and repeats without harm. */
export interface Plan {
  /** Empty while etcd is not known: then nothing is touched. */
  readonly members: readonly Member[];
  readonly labels: readonly RoleLabelChange[];
  /** Children to bring to their wished state, in order. */
  readonly children: readonly ChildFacts[];
  readonly foreignChildren: readonly ForeignChild[];
  /** Whether the operator may change anything of this pair but its role labels. */
  readonly mayAct: boolean;
}

/** Decides labels and children from the facts. */
export function planOf(facts: PairFacts): Plan {
  const { pair, etcd } = facts;
  const members =
    etcd.state === 'Known'
      ? memberStates(etcd.sessions, facts.pods, {
          now: facts.now,
          ttlSeconds: etcd.grantedTTLSeconds ?? ASSUMED_TTL_SECONDS,
        })
      : [];
  const foreignChildren = facts.children.flatMap((child) => foreignOf(child, facts));
  const mayAct =
    pair.spec.mode === 'Managed' && facts.problems.length === 0 && !facts.duplicateOf && foreignChildren.length === 0;
  return {
    members,
    labels: labelsFor(facts, members),
    children: mayAct ? facts.children.map((child) => withheldTemplate(child, facts)) : [],
    foreignChildren,
    mayAct,
  };
}

/** The plan after its label changes were made: what is judged next is the world as it is then. */
export function afterLabels(plan: Plan): Plan {
  const members = plan.members.map((member) => {
    const change = plan.labels.find(({ podUID }) => podUID === member.pod?.uid);
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

function foreignOf({ desired, live }: ChildFacts, { pair }: PairFacts): readonly ForeignChild[] {
  const ownership = ownershipOf(live, { name: pair.metadata.name, uid: pair.metadata.uid });
  return ownership.kind === 'Foreign'
    ? [{ kind: desired.kind, name: desired.metadata.name, owner: ownership.owner }]
    : [];
}

/**
 * With `rollout.policy: Paused` a changed template is not even written: any eviction would bring it in. All else of the
 * StatefulSet is kept right.
 */
function withheldTemplate(child: ChildFacts, { pair, templateHash }: PairFacts): ChildFacts {
  const live = child.live as StatefulSet | undefined;
  const held =
    pair.spec.rollout.policy === 'Paused' &&
    child.desired.kind === 'StatefulSet' &&
    live?.spec?.template !== undefined &&
    templateHashOf(live) !== templateHash;
  if (!held) return child;
  const desired = child.desired as KubeObject & { readonly spec: object };
  return { ...child, desired: { ...desired, spec: { ...desired.spec, template: live.spec.template } } as KubeObject };
}

/** Hash of the template a StatefulSet makes pods from. */
export function templateHashOf(statefulSet: StatefulSet | undefined): string | undefined {
  return statefulSet?.spec?.template?.metadata?.annotations?.[annotations.templateHash];
}
