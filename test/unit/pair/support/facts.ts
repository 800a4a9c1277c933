import type { CoordinatorPairStatus } from '../../../../src/api/coordinator-pair.ts';
import { findCondition, type Condition, type ConditionType } from '../../../../src/api/conditions.ts';
import { annotations } from '../../../../src/api/names.ts';
import type { KubeObject, Stored } from '../../../../src/kube/objects.ts';
import { judge, type Judgement } from '../../../../src/pair/decide/judgement.ts';
import { afterLabels, planOf } from '../../../../src/pair/decide/plan.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import type { ChildFacts, EtcdFacts, PairFacts } from '../../../../src/pair/facts.ts';
import { changed, type Changes } from './changes.ts';
import { aPair } from './pair.ts';
import { aPod, TEMPLATE } from './pods.ts';
import { aSession, heldBy } from './sessions.ts';
import { after, NOW } from './time.ts';

/** etcd was read and says this. */
export const known = (sessions: RoleSessions, grantedTTLSeconds?: number): EtcdFacts => ({
  state: 'Known',
  sessions,
  steadySince: after(-3600),
  ...(grantedTTLSeconds === undefined ? {} : { grantedTTLSeconds }),
});

/** etcd has not answered for half a minute. */
export const unreachable: EtcdFacts = {
  state: 'Unknown',
  reason: 'Unreachable',
  message: 'reading the keys below "by-dev/meta/session/" failed: no answer in time',
  since: after(-30),
  lastReadTime: after(-40),
  endpoints: [],
};

/** A StatefulSet that makes pods from the template with this hash. */
export function aStatefulSet(templateHash: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'rootcoord', namespace: 'milvus' },
    spec: {
      replicas: 2,
      template: templateOf(templateHash),
    },
  } as KubeObject;
}

/** A pod template with this hash. */
export const templateOf = (hash: string): object => ({
  metadata: { annotations: { [annotations.templateHash]: hash } },
  spec: { containers: [] },
});

/** The same as the API server returns it, controlled by the pair of the tables. */
export function stored(object: KubeObject, metadata: Partial<KubeObject['metadata']> = {}): Stored<KubeObject> {
  const { apiVersion, kind, metadata: owner } = aPair();
  const reference = { apiVersion, kind, name: owner.name, uid: owner.uid, controller: true };
  return {
    ...object,
    metadata: {
      uid: `uid-of-${object.kind}`,
      resourceVersion: '7',
      ownerReferences: [reference],
      ...object.metadata,
      ...metadata,
    },
  };
}

/** The StatefulSet of the tables: wished from one template, live with another. */
export function statefulSetFacts(wished: string, live = wished): ChildFacts {
  return { desired: aStatefulSet(wished), live: stored(aStatefulSet(live)) };
}

/** A pair at rest: server 7 on rootcoord-0 is ACTIVE, server 8 on rootcoord-1 stands by; with these changes. */
export function facts(changes: Changes<PairFacts> = {}): PairFacts {
  return changed<PairFacts>(
    {
      now: NOW,
      pair: aPair(),
      role: 'rootcoord',
      sessionRole: 'rootcoord',
      version: { major: 2, minor: 4, patch: 15 },
      problems: [],
      children: [statefulSetFacts(TEMPLATE)],
      templateHash: TEMPLATE,
      pods: [aPod('rootcoord-0', { roleLabel: 'active' }), aPod('rootcoord-1', { roleLabel: 'standby' })],
      nodes: new Map(),
      etcd: known(heldBy(aSession(7n), aSession(8n, 'rootcoord-1')), 30),
      bindings: [],
      deaths: [],
      stops: [],
      probes: [],
      silences: [],
      endedSessions: [],
    },
    changes,
  );
}

/** One look, as the reconciler takes it: the plan, its labels put on, the judgement. */
export function look(world: PairFacts): Judgement {
  return judge(world, afterLabels(planOf(world)));
}

/** The same facts with the status that was written at the look before. */
export function withStatus(world: PairFacts, status: CoordinatorPairStatus): PairFacts {
  return { ...world, pair: { ...world.pair, status } };
}

/** Looks again and again at a world that does not change, each time with the status of the look before. */
export function settle(world: PairFacts, looks = 4): Judgement {
  let judgement = look(world);
  for (let count = 1; count < looks; count++) judgement = look(withStatus(world, judgement.status));
  return judgement;
}

/** A condition that must be there. */
export function conditionOf({ conditions }: CoordinatorPairStatus, type: ConditionType): Condition {
  const condition = findCondition(conditions, type);
  if (!condition) throw new Error(`the status has no condition ${type}`);
  return condition;
}

/** Status and reason of a condition. */
export const shownAs = (status: CoordinatorPairStatus, type: ConditionType): readonly [string, string] => {
  const condition = conditionOf(status, type);
  return [condition.status, condition.reason];
};
