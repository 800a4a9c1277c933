import { dump, load } from 'js-yaml';
import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import { registeredRoles } from '../milvus/arguments.ts';
import { USER_CONFIG_KEY } from '../milvus/files.ts';
import { sessionPrefix } from '../milvus/session-keys.ts';
import type { MilvusVersion } from '../milvus/version.ts';
import type { PairCaches } from './caches.ts';
import { childKind } from './child-kinds.ts';
import { renderChildren } from './children/index.ts';
import { provenDeaths } from './decide/death.ts';
import { bindingsOf, deathsOf } from './decide/status-parts.ts';
import { downgradeProblem, specProblems, versionOf } from './decide/spec.ts';
import { etcdTarget } from './etcd-target.ts';
import type { ChildFacts, EtcdFacts, PairFacts, SpecProblem } from './facts.ts';
import { viewNode, type NodeView } from './node-view.ts';
import type { PairMemory } from './memory.ts';
import { viewPod } from './pod-view.ts';
import type { References } from './references.ts';

/** Where facts come from. */
export interface Sources {
  readonly client: KubeClient;
  readonly caches: PairCaches;
  readonly references: References;
  readonly clock: Clock;
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
  const version = versionOf(pair);
  const config = await userConfig(pair, sources.references);
  const etcd = await observeEtcd(pair, version, sources, memory, signal);
  const problems = [
    ...specProblems(pair, config.settings),
    ...(config.problem ? [config.problem] : []),
    ...(etcd.state === 'Known' && version ? downgradeProblem(version, etcd.sessions.watermark) : []),
  ];
  const rendered = version && problems.length === 0 ? render(pair, version, config.text) : undefined;
  const now = clock.wallTime();
  const pods = caches.pods(namespace, name).map(viewPod);
  const bindings = bindingsOf(pair.status?.members);
  const nodes = nodesOf([...pods, ...bindings], caches);
  return {
    now,
    pair,
    role: pair.spec.role,
    ...(version ? { version } : {}),
    problems,
    children: rendered
      ? await Promise.all(rendered.objects.map((desired) => withLive(desired, pair, sources, signal)))
      : [],
    ...(rendered ? { templateHash: rendered.templateHash } : {}),
    pods,
    nodes,
    etcd,
    bindings,
    deaths: provenDeaths(deathsOf(pair.status?.members), bindings, pods, nodes, now),
    ...duplicateOf(pair, caches),
  };
}

function render(
  pair: CoordinatorPair,
  version: MilvusVersion,
  config: string | undefined,
): ReturnType<typeof renderChildren> {
  return renderChildren({
    pair,
    role: pair.spec.role,
    version,
    ...(config === undefined ? {} : { userConfig: config }),
  });
}

/** The user.yaml the pods mount: as text, as settings, or why it cannot be had. */
interface UserConfig {
  readonly text?: string;
  readonly settings?: unknown;
  readonly problem?: SpecProblem;
}

/** A file that is no YAML would keep Milvus from starting. */
function parsed(text: string, configMapName: string): UserConfig {
  try {
    return { text, settings: load(text) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      problem: {
        reason: 'ConfigMapNotFound',
        message: `spec.config.configMapName: ${USER_CONFIG_KEY} in ConfigMap ${configMapName} is not YAML (${said}); mend it`,
      },
    };
  }
}

async function userConfig(pair: CoordinatorPair, references: References): Promise<UserConfig> {
  const { config } = pair.spec;
  if (config?.inline) return { text: dump(config.inline, { sortKeys: true, lineWidth: -1 }), settings: config.inline };
  if (config?.configMapName === undefined) return {};
  const text = (await references.configMap(pair.metadata.namespace, config.configMapName))?.data?.[USER_CONFIG_KEY];
  if (text !== undefined) return parsed(text, config.configMapName);
  return {
    problem: {
      reason: 'ConfigMapNotFound',
      message: `spec.config.configMapName: ConfigMap ${config.configMapName} does not exist in the pair's namespace, may not be read, or lacks the key ${USER_CONFIG_KEY}; create it, or name another`,
    },
  };
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

async function observeEtcd(
  pair: CoordinatorPair,
  version: MilvusVersion | undefined,
  { references, clock }: Sources,
  memory: PairMemory,
  signal: AbortSignal,
): Promise<EtcdFacts> {
  const { namespace } = pair.metadata;
  const { auth, tls, rootPath, metaSubPath } = pair.spec.etcd;
  const authSecret = auth && (await references.secret(namespace, auth.secretName));
  const tlsSecret = tls && (await references.secret(namespace, tls.secretName));
  const resolved = etcdTarget(pair, {
    ...(authSecret ? { auth: authSecret } : {}),
    ...(tlsSecret ? { tls: tlsSecret } : {}),
  });
  if ('problem' in resolved) {
    const since = memory.blindSince(clock.wallTime());
    return { state: 'Unknown', reason: 'SecretNotFound', message: resolved.problem, since, endpoints: [] };
  }
  memory.secretsFound();
  const watch = memory.watch(resolved.target, sessionPrefix(rootPath, metaSubPath));
  const role = version ? registeredRoles(pair.spec.role, version)[0] : pair.spec.role;
  const facts = await watch.facts(role, signal);
  if (facts.state === 'Unknown' && facts.reason !== 'Unreachable') {
    if (auth) references.forgetSecret(namespace, auth.secretName);
    if (tls) references.forgetSecret(namespace, tls.secretName);
  }
  return facts;
}

function nodesOf(placed: readonly { readonly nodeName?: string }[], caches: PairCaches): ReadonlyMap<string, NodeView> {
  const names = new Set(placed.map(({ nodeName }) => nodeName));
  const nodes = [...names].flatMap((name) => (name === undefined ? undefined : caches.node(name)) ?? []);
  return new Map(nodes.map((node) => [node.metadata.name, viewNode(node)]));
}

/** Of two pairs of one role under one path of one etcd the older one has it. */
function duplicateOf(pair: CoordinatorPair, caches: PairCaches): { readonly duplicateOf?: string } {
  for (const other of caches.pairs())
    if (other.metadata.uid !== pair.metadata.uid && competes(other, pair) && isOlder(other, pair))
      return { duplicateOf: `${other.metadata.namespace}/${other.metadata.name}` };
  return {};
}

function competes(a: CoordinatorPair, b: CoordinatorPair): boolean {
  return (
    a.metadata.namespace === b.metadata.namespace &&
    a.spec.role === b.spec.role &&
    sessionPrefix(a.spec.etcd.rootPath, a.spec.etcd.metaSubPath) ===
      sessionPrefix(b.spec.etcd.rootPath, b.spec.etcd.metaSubPath) &&
    a.spec.etcd.endpoints.some((endpoint) => b.spec.etcd.endpoints.includes(endpoint))
  );
}

function isOlder(a: CoordinatorPair, b: CoordinatorPair): boolean {
  const [ageA, ageB] = [a, b].map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
  return ageA === ageB ? a.metadata.uid < b.metadata.uid : (ageA ?? 0) < (ageB ?? 0);
}
