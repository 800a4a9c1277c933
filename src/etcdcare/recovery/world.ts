import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { KubeClient } from '../../kube/client.ts';
import { persistentVolumeClaimKind, statefulSetKind } from '../../kube/kinds.ts';
import type { KubeObject, Stored } from '../../kube/objects.ts';
import type { Ailment } from '../diagnose/ailment.ts';
import { diagnose } from '../diagnose/index.ts';
import type { Quorum } from '../diagnose/quorum.ts';
import type { EtcdFacts } from '../facts.ts';
import type { GuardMemory } from '../memory.ts';
import { observe, type Sources } from '../observe.ts';
import { podNames } from '../setup/etcd-setup.ts';
import type { EtcdStatefulSet } from '../setup/stateful-set.ts';

/** v1.PersistentVolumeClaim as far as it is read. */
export interface Claim extends KubeObject {
  readonly spec?: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly accessModes?: readonly string[];
    readonly resources?: object;
    readonly selector?: object;
    readonly volumeMode?: string;
  };
  readonly status?: { readonly phase?: string };
}

/** An etcd with the objects that run it, as they are at one moment: what a plan is made from and a step decides on. */
export interface EtcdWorld {
  readonly guard: EtcdGuard;
  readonly set: Stored<EtcdStatefulSet>;
  readonly facts: EtcdFacts;
  readonly quorum: Quorum;
  /** What ails it; absent when nothing does. */
  readonly ailment?: Ailment;
  /** The volume claims that exist, by pod: those of the first claim template, which holds the data. */
  readonly claims: ReadonlyMap<string, Stored<Claim>>;
}

/**
 * Looks at an etcd closely.
 *
 * @returns why it cannot be looked at, in words.
 * @throws ApiError when the API server cannot be asked.
 */
export async function observeWorld(
  guard: EtcdGuard,
  sources: Sources & { readonly client: Pick<KubeClient, 'get'> },
  memory: GuardMemory,
  signal: AbortSignal,
): Promise<EtcdWorld | { readonly why: string }> {
  const { client } = sources;
  const { namespace } = guard.metadata;
  const readSet = () => client.get<EtcdStatefulSet>(statefulSetKind, guard.spec.statefulSetName, namespace, { signal });
  const before = await readSet();
  const { subject } = await observe(guard, sources, memory, signal);
  const set = await readSet();
  // What is changed of it is bound to this version: then nothing else may have been seen of an older one.
  if (
    set &&
    before &&
    (set.metadata.uid !== before.metadata.uid || set.metadata.generation !== before.metadata.generation)
  )
    return { why: `StatefulSet ${guard.spec.statefulSetName} changed while it was looked at` };
  if (subject.state === 'NotFound' || !set)
    return { why: `there is no StatefulSet ${guard.spec.statefulSetName} in namespace ${namespace}` };
  if (subject.state === 'NotEtcd') return { why: `StatefulSet ${guard.spec.statefulSetName}: ${subject.why}` };
  const { facts } = subject;
  const [template = 'data'] = facts.setup.claimTemplates;
  const claims = new Map<string, Stored<Claim>>();
  for (const pod of memberPods(facts)) {
    const claim = await client.get<Claim>(persistentVolumeClaimKind, `${template}-${pod}`, namespace, { signal });
    if (claim) claims.set(pod, claim);
  }
  const { ailment, quorum } = diagnose(facts);
  return { guard, set, facts, quorum, ...(ailment ? { ailment } : {}), claims };
}

/**
 * What shows that members that all seem well do not hold the same: a quorum says nothing then, and only a person can tell
 * which of them has the data. What the guard has seen counts until a look finds all well: the one that differs may just
 * have been silent, and would pass for one to be replaced.
 */
export function division({
  ailment,
  guard,
}: Pick<EtcdWorld, 'ailment' | 'guard'>): Pick<Ailment, 'case' | 'evidence'> | undefined {
  const told = guard.status?.diagnosis;
  return [ailment, ailment && told].find((one) => one?.case === 'SeveralClusters' || one?.case === 'DataDiverged');
}

/** The pods of all members: those that the StatefulSet should have, and those its initial cluster names beyond that. */
export function memberPods({ setup }: Pick<EtcdFacts, 'setup'>): readonly string[] {
  const replicas = Math.max(setup.replicas, setup.initialCluster.length);
  return podNames({ name: setup.name, replicas });
}
