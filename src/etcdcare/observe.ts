import type { EtcdGuard } from '../api/etcd-guard.ts';
import type { Clock } from '../base/clock.ts';
import type { Secret } from '../kube/core-types.ts';
import { statefulSetKind } from '../kube/kinds.ts';
import { answered } from './diagnose/quorum.ts';
import type { EtcdFacts, GuardFacts, MemberLook, Subject } from './facts.ts';
import { accessOf, type Access } from './member-target.ts';
import type { GuardMemory } from './memory.ts';
import { compareHashes, lookAtMembers } from './observe-members.ts';
import { listPods, withEvidence, type PodSources } from './observe-pods.ts';
import type { Pace } from './pace.ts';
import { looksWell, type PodFacts } from './pod-facts.ts';
import { BeyondLimits } from './setup/beyond-limits.ts';
import { learnSetup, podNames, type EtcdSetup } from './setup/etcd-setup.ts';
import type { EtcdStatefulSet } from './setup/stateful-set.ts';

/** Reads Secrets by name. */
export interface SecretReader {
  /** @returns undefined when there is no such Secret or it may not be read. @throws ApiError */
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  /** What was read did not work: the next look reads it again. */
  forgetSecret(namespace: string, name: string): void;
}

/** Where facts come from. */
export interface Sources extends PodSources {
  readonly secrets: SecretReader;
  readonly clock: Clock;
  /** Absent: the usual one. */
  readonly pace?: Pace;
}

/**
 * Gathers everything one look knows of an etcd. While all is well that is the StatefulSet, its pods and three small
 * calls to each member; claims, events and logs are read only when it is not. Changes nothing.
 *
 * @param repairedAt when the last repair of this etcd has ended; absent: none is known
 * @throws ApiError when the API server cannot be asked.
 */
export async function observe(
  guard: EtcdGuard,
  sources: Sources,
  memory: GuardMemory,
  signal: AbortSignal,
  repairedAt?: Date,
): Promise<Pick<GuardFacts, 'now' | 'guard' | 'subject'>> {
  const now = sources.clock.wallTime();
  return { now, guard, subject: await subjectOf(guard, { ...sources, repairedAt }, memory, now, signal) };
}

interface Repaired extends Sources {
  readonly repairedAt: Date | undefined;
}

async function subjectOf(
  guard: EtcdGuard,
  sources: Repaired,
  memory: GuardMemory,
  now: Date,
  signal: AbortSignal,
): Promise<Subject> {
  const { client } = sources;
  const { namespace } = guard.metadata;
  const set = await client.get<EtcdStatefulSet>(statefulSetKind, guard.spec.statefulSetName, namespace, { signal });
  if (!set) return { state: 'NotFound' };
  const setup = learnSetup(set);
  if ('why' in setup) return { state: 'NotEtcd', why: setup.why };
  try {
    return { state: 'Etcd', facts: await factsOf(guard, setup, sources, memory, now, signal) };
  } catch (error) {
    if (error instanceof BeyondLimits) return { state: 'NotEtcd', why: error.message };
    throw error;
  }
}

async function factsOf(
  guard: EtcdGuard,
  setup: EtcdSetup,
  sources: Repaired,
  memory: GuardMemory,
  now: Date,
  signal: AbortSignal,
): Promise<EtcdFacts> {
  const { clock, repairedAt } = sources;
  const pods = await listPods(setup, sources, now, signal);
  const missing = podNames(setup).filter((name) => !pods.some((pod) => pod.name === name));
  const access = await accessFor(guard, setup, sources);
  const cannotAsk = 'problem' in access ? access.problem : undefined;
  const looks = 'problem' in access ? [] : await lookAtMembers(pods, setup, access, memory, signal);
  forgetRefused(guard, looks, sources);
  const hashes =
    'problem' in access
      ? undefined
      : await compareHashes(looks, { clock, memory, setup, access, pods, repairedAt }, signal);
  const suspects = suspectsAmong(pods, looks);
  const unwell = suspects.length > 0 || missing.length > 0 || !pods.every(looksWell);
  const closer = unwell
    ? await withEvidence(pods, suspects, setup, sources, memory, now, signal)
    : { pods, unread: [] };
  const missingSince = memory.missingSince(missing.length > 0, now);
  return {
    now,
    setup,
    missing,
    ...(missingSince ? { missingSince } : {}),
    ...(sources.pace ? { startUpMs: sources.pace.startUpMs } : {}),
    looks,
    ...(hashes ? { hashes } : {}),
    ...(cannotAsk === undefined ? {} : { cannotAsk }),
    ...closer,
  };
}

/** How the members of a guard's etcd are talked to, or what is missing for it. @throws ApiError */
export async function accessFor(
  { spec, metadata: { namespace } }: EtcdGuard,
  setup: EtcdSetup,
  { secrets }: Pick<Sources, 'secrets'>,
): Promise<Access | { readonly problem: string }> {
  const auth = spec.auth && (await secrets.secret(namespace, spec.auth.secretName));
  const tls = spec.clientTLS && (await secrets.secret(namespace, spec.clientTLS.secretName));
  return accessOf(spec, setup, { ...(auth ? { auth } : {}), ...(tls ? { tls } : {}) });
}

/** Credentials that did not work may have been renewed. */
function forgetRefused(
  { spec, metadata: { namespace } }: EtcdGuard,
  looks: readonly MemberLook[],
  { secrets }: Sources,
) {
  const refused = looks.some((look) => 'error' in look && /Unauthenticated|TLS/.test(look.error.code));
  if (!refused) return;
  for (const name of [spec.auth?.secretName, spec.clientTLS?.secretName])
    if (name !== undefined) secrets.forgetSecret(namespace, name);
}

/** Pods that Kubernetes calls well and whose member does not answer as one should. */
function suspectsAmong(pods: readonly PodFacts[], looks: readonly MemberLook[]): readonly string[] {
  const good = answered({ looks })
    .filter(
      ({ answer }) => answer.readThroughQuorum && answer.status.leader !== 0n && answer.status.alarms.length === 0,
    )
    .map(({ podName }) => podName);
  return pods
    .filter(({ name }) => looks.some(({ podName }) => podName === name) && !good.includes(name))
    .map(({ name }) => name);
}
