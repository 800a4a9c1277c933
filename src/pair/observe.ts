import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { annotations, statefulSetName } from '../api/names.ts';
import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { StatefulSet } from '../kube/core-types.ts';
import { statefulSetKind } from '../kube/kinds.ts';
import type { PodLogs } from '../kube/pod-logs.ts';
import type { KubeObject, Stored } from '../kube/objects.ts';
import { sessionPrefix } from '../milvus/session-keys.ts';
import type { MilvusVersion } from '../milvus/version.ts';
import type { PairCaches } from './caches.ts';
import { childKind } from './child-kinds.ts';
import { observeWorkload, podsOf } from './attachment.ts';
import { renderAttached } from './children/attached.ts';
import { renderChildren } from './children/index.ts';
import { evidenceOf } from './decide/evidence.ts';
import { storedMembers } from './decide/other-role-status.ts';
import { layoutOf, withOutlivedKeys, type Layout } from './decide/layout.ts';
import { seenSilences } from './decide/silences.ts';
import { bindingsOf, silencesOf } from './decide/status-parts.ts';
import { templateToLookUp } from './decide/plan.ts';
import { decideRestart } from './decide/restart.ts';
import { stopOf } from './decide/run-state.ts';
import { downgradeProblem, specProblems, versionOf } from './decide/spec.ts';
import { whyNotCreated } from './creation-failure.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import { etcdTarget } from './etcd-target.ts';
import type { ChildFacts, EtcdFacts, PairFacts, WorkloadFacts } from './facts.ts';
import { viewGuard, type GuardLookUp } from './guard-view.ts';
import { viewNode, type NodeView } from './node-view.ts';
import { CONTAINER_NAME } from './pod-view.ts';
import type { PairMemory } from './memory.ts';
import { budgetsOver } from './disruption-budgets.ts';
import type { References } from './references.ts';
import { duplicateOf, type SnapshotOf } from './rivals.ts';
import { templateRevisions } from './revisions.ts';
import { unregisteredSince } from './unregistered.ts';
import { userConfig } from './user-config.ts';
import type { Workloads } from './workloads.ts';

/** An ACTIVE and a STANDBY. */
const PAIR_SIZE = 2;

/** Where facts come from. */
export interface Sources {
  readonly client: KubeClient;
  readonly caches: PairCaches;
  readonly references: References;
  readonly workloads: Workloads;
  readonly clock: Clock;
  /** Absent: this operator looks after no guards. */
  readonly guard?: GuardLookUp;
  /** Whether nodes and their Leases may be read, without which no registration can be bound to its process. */
  readonly watchNodes: boolean;
  /** Reads logs of coordinators that do not come up; absent: what the kubelet says has to do. */
  readonly logs?: PodLogs;
  /** What was last read of the sessions of another pair. */
  readonly snapshotOf?: SnapshotOf;
  /** Which endpoints may be dialled; the strict one unless told otherwise. */
  readonly endpointPolicy?: EndpointPolicy;
}

/**
 * Gathers everything one reconcile knows of a pair. Reads caches; asks the API server only for Secrets and ConfigMaps
 * the spec names and for children that are not in the cache, and etcd only for what its session store lacks.
 *
 * @throws ApiError when the API server cannot be asked.
 */
export async function observe(
  pair: CoordinatorPair,
  sources: Sources,
  memory: PairMemory,
  signal: AbortSignal,
): Promise<PairFacts> {
  const { caches, clock } = sources;
  const { name, namespace } = pair.metadata;
  const attachment = await observeWorkload(pair, sources, memory, signal);
  const version = versionOf(pair, attachment.workload?.container);
  const config = await userConfig(pair, sources.references);
  const liveSet = pair.spec.workloadRef
    ? undefined
    : (caches.child(statefulSetKind, namespace, statefulSetName(name)) as Stored<StatefulSet> | undefined);
  const layout = layoutOf(pair.spec.role, version, liveSet);
  const etcd = await observeEtcd(pair, layout, sources, memory, signal);
  const problems = [
    ...attachment.problems,
    ...(attachment.problems.length === 0 ? specProblems(pair, config.settings, attachment.workload?.container) : []),
    ...(config.problem ? [config.problem] : []),
    ...(etcd.state === 'Known' && version ? downgradeProblem(pair, version, etcd.sessions.watermark) : []),
  ];
  const now = clock.wallTime();
  const liveToken = liveSet?.spec?.template?.metadata?.annotations?.[annotations.restart];
  const restart = decideRestart(pair, { liveToken, isValid: problems.length === 0, now });
  const { pods: seen, allPods, foreignPods } = await podsOf(pair, attachment, sources, memory);
  const containerName = pair.spec.workloadRef ? attachment.workload?.container?.name : CONTAINER_NAME;
  const pods = containerName === undefined ? seen : memory.words.added(seen, sources.logs, containerName);
  const workload = attachment.workload && { ...attachment.workload, foreignPods };
  const rendered =
    version && problems.length === 0 ? render(pair, version, workload, config.text, restart.token) : undefined;
  const missing = liveSet !== undefined && stopOf(pair) === undefined && pods.length < PAIR_SIZE;
  const creationFailure = await whyNotCreated(missing ? liveSet : undefined, sources, memory, signal);
  const probes = memory.probes.findings;
  const nodes = nodesOf([...pods, ...bindingsOf(storedMembers(pair.status))], caches);
  const evidence = evidenceOf(pair.status, { sessionRole: layout.roles[0], now, etcd, pods, allPods, nodes, probes });
  const children = rendered
    ? await Promise.all(rendered.objects.map((desired) => withLive(desired, pair, sources, signal)))
    : [];
  const otherBudgets = otherBudgetsOver(pair, children, workload, sources);
  const facts: PairFacts = {
    now,
    pair,
    role: pair.spec.role,
    sessionRole: layout.roles[0],
    ...(version ? { version } : {}),
    problems,
    children,
    ...(otherBudgets.length > 0 ? { otherBudgets } : {}),
    ...(rendered?.templateHash === undefined ? {} : { templateHash: rendered.templateHash }),
    ...(workload ? { workload } : {}),
    pods,
    ...(creationFailure === undefined ? {} : { creationFailure }),
    nodes,
    nodesWatched: sources.watchNodes,
    restart,
    etcd,
    ...guardOf(pair, sources),
    ...evidence,
    ...freeSince(etcd, memory, now),
    ...unwatched(etcd, memory),
    unregisteredSince: unregisteredSince(memory),
    renewed: new Set(memory.renewedLeases),
    probes,
    silences: seenSilences(silencesOf(pair.status?.members), { pods, probes, now }),
    endedSessions: [...memory.endedSessions],
    ...duplicateOf(pair, caches, sources.snapshotOf),
  };
  if (liveSet === undefined || templateToLookUp(facts) === undefined) return facts;
  return { ...facts, revisions: await templateRevisions(sources.client, pair.metadata, liveSet.metadata.uid, signal) };
}

function unwatched(etcd: EtcdFacts, memory: PairMemory): Pick<PairFacts, 'unwatched'> {
  if (etcd.state !== 'Known') return {};
  return memory.steadySince?.getTime() === etcd.steadySince.getTime() ? {} : { unwatched: true };
}

/** While etcd cannot be read what was seen last holds. */
function freeSince(etcd: EtcdFacts, memory: PairMemory, now: Date): Pick<PairFacts, 'freeSince'> {
  if (etcd.state === 'Known') {
    const { holder, holderUnreadable } = etcd.sessions;
    memory.freeSince = holder || holderUnreadable ? undefined : (memory.freeSince ?? now);
  }
  return memory.freeSince ? { freeSince: memory.freeSince } : {};
}

function guardOf({ metadata, spec }: CoordinatorPair, { guard }: Sources): Pick<PairFacts, 'guard'> {
  const name = spec.etcd.guardName;
  if (name === undefined) return {};
  return { guard: viewGuard(name, guard?.(metadata.namespace, name) ?? 'NotWatched') };
}

function render(
  pair: CoordinatorPair,
  version: MilvusVersion,
  workload: WorkloadFacts | undefined,
  config: string | undefined,
  restartToken: string | undefined,
): { readonly objects: readonly KubeObject[]; readonly templateHash?: string } {
  if (workload) return { objects: renderAttached({ pair, role: pair.spec.role, version }, workload) };
  return renderChildren({
    pair,
    role: pair.spec.role,
    version,
    ...(config === undefined ? {} : { userConfig: config }),
    ...(restartToken === undefined ? {} : { restartToken }),
  });
}

/** The cache holds what carries our label; what has the name and does not is found by asking. */
async function withLive(
  desired: KubeObject,
  { metadata: { namespace } }: CoordinatorPair,
  { caches, client }: Sources,
  signal: AbortSignal,
): Promise<ChildFacts> {
  const kind = childKind(desired.kind);
  const { name } = desired.metadata;
  const live = caches.child(kind, namespace, name) ?? (await client.get<KubeObject>(kind, name, namespace, { signal }));
  return { desired, ...(live ? { live } : {}) };
}

function otherBudgetsOver(
  { metadata: { namespace, name } }: CoordinatorPair,
  children: readonly ChildFacts[],
  workload: WorkloadFacts | undefined,
  { caches }: Sources,
): readonly string[] {
  const own = children.find(({ desired }) => desired.kind === 'PodDisruptionBudget')?.desired;
  if (!own) return [];
  const wished = children.find(({ desired }) => desired.kind === 'StatefulSet')?.desired as StatefulSet | undefined;
  const live = caches.pods(namespace, name).map(({ metadata }) => metadata.labels ?? {});
  const made = wished?.spec?.template?.metadata?.labels ?? workload?.view.templateLabels ?? {};
  return budgetsOver(caches.budgets(namespace), own.metadata.name, [made, ...live]);
}

async function observeEtcd(
  pair: CoordinatorPair,
  { roles, isOutlived }: Layout,
  { references, clock, endpointPolicy }: Sources,
  memory: PairMemory,
  signal: AbortSignal,
): Promise<EtcdFacts> {
  const { namespace } = pair.metadata;
  const { auth, tls, rootPath, metaSubPath } = pair.spec.etcd;
  const authSecret = auth && (await references.secret(namespace, auth.secretName));
  const tlsSecret = tls && (await references.secret(namespace, tls.secretName));
  const secrets = { ...(authSecret ? { auth: authSecret } : {}), ...(tlsSecret ? { tls: tlsSecret } : {}) };
  const resolved = etcdTarget(pair, secrets, endpointPolicy);
  if ('problem' in resolved) {
    const since = memory.blindSince(clock.wallTime());
    return { state: 'Unknown', reason: resolved.reason, message: resolved.problem, since, endpoints: [] };
  }
  memory.secretsFound();
  const watch = memory.watch(resolved.target, sessionPrefix(rootPath, metaSubPath));
  const facts = await watch.facts(roles, signal);
  if (facts.state === 'Unknown' && facts.reason !== 'Unreachable') {
    if (auth) references.forgetSecret(namespace, auth.secretName);
    if (tls) references.forgetSecret(namespace, tls.secretName);
  }
  return isOutlived ? withOutlivedKeys(facts) : facts;
}

function nodesOf(placed: readonly { readonly nodeName?: string }[], caches: PairCaches): ReadonlyMap<string, NodeView> {
  const names = new Set(placed.map(({ nodeName }) => nodeName));
  const nodes = [...names].flatMap((name) => (name === undefined ? undefined : caches.node(name)) ?? []);
  return new Map(nodes.map((node) => [node.metadata.name, viewNode(node)]));
}
