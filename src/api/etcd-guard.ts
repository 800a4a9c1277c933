import type { Frozen } from './frozen.ts';
import type { EtcdGuardSpec as GeneratedSpec, EtcdGuardStatus as GeneratedStatus } from './generated/etcd-guard.ts';
import type { GuardConditionType } from './guard-conditions.ts';
import type { StatusCondition } from './merge-conditions.ts';
import type { etcdGuardKind, GROUP, VERSION } from './names.ts';
import type { ResourceMetadata } from './resource-metadata.ts';

/** Which etcd is watched, as the API server returns it: fields with a default are there. */
export type EtcdGuardSpec = Frozen<GeneratedSpec>;

/** A condition of an EtcdGuard. */
export type GuardCondition = StatusCondition<GuardConditionType>;

/** What the operator sees of an etcd. */
export type EtcdGuardStatus = Omit<Frozen<GeneratedStatus>, 'conditions'> & {
  readonly conditions?: readonly GuardCondition[];
};

/** An EtcdGuard as the API server returns it. */
export interface EtcdGuard {
  readonly apiVersion: `${typeof GROUP}/${typeof VERSION}`;
  readonly kind: typeof etcdGuardKind.kind;
  readonly metadata: ResourceMetadata;
  readonly spec: EtcdGuardSpec;
  readonly status?: EtcdGuardStatus;
}

/** An entry of `status.members`. */
export type GuardMember = NonNullable<EtcdGuardStatus['members']>[number];

/** `status.diagnosis`. */
export type Diagnosis = NonNullable<EtcdGuardStatus['diagnosis']>;

/** The ailment in one word. */
export type AilmentCase = Diagnosis['case'];

/** An entry of `status.snapshots`, newest first. */
export type KeptSnapshot = NonNullable<EtcdGuardStatus['snapshots']>[number];

/** An entry of `status.automaticRuns`, oldest first. */
export type AutomaticRun = NonNullable<EtcdGuardStatus['automaticRuns']>[number];

/** How sure a diagnosis is. */
export type Certainty = Diagnosis['certainty'];

/** An entry of `status.history`, newest first. */
export type PastAilment = NonNullable<EtcdGuardStatus['history']>[number];
