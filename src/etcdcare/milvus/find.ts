import { isDeepStrictEqual } from 'node:util';
import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import type { EtcdGuard } from '../../api/etcd-guard.ts';
import { coordinatorPairKind } from '../../api/names.ts';
import { serviceKind, statefulSetKind } from '../../kube/kinds.ts';
import { listAll } from '../../kube/list-pages.ts';
import { selects } from '../../kube/label-selector.ts';
import type { KubeObject, Stored } from '../../kube/objects.ts';
import { addressesOf, leadsTo, type EtcdAddresses, type Service } from './etcd-addresses.ts';
import {
  controllerOf,
  milvusKind,
  workloadKinds,
  type MilvusClient,
  type Workload,
  type WorkloadKind,
} from './objects.ts';

/** A CoordinatorPair as the API server stores it. */
export type StoredPair = Stored<CoordinatorPair>;

/** A workload of Milvus. */
export interface FoundWorkload {
  readonly kind: WorkloadKind;
  readonly object: Stored<Workload>;
  /** The pair that made it, or that looks after it. */
  readonly pair?: StoredPair;
}

/** Everything of Milvus that uses one etcd. */
export interface FoundMilvus {
  readonly pairs: readonly StoredPair[];
  /** Those of the pairs first. */
  readonly workloads: readonly FoundWorkload[];
  /** The Milvus object of milvus-operator. */
  readonly milvus?: Stored<KubeObject>;
  /** Below these paths of etcd its keys are: those of the pairs, and those that the guard names. */
  readonly rootPaths: readonly string[];
  /** What the guard names and what is not there, in sentences: nothing may be stopped before that is cleared up. */
  readonly problems: readonly string[];
}

/** Where to look. */
export interface FindOptions {
  readonly client: MilvusClient;
  /** Namespaces that the operator looks after; empty: all. */
  readonly watchNamespaces: readonly string[];
}

/**
 * Finds what of Milvus uses the etcd of a guard: pairs that name the guard or whose endpoints lead to it, with what runs
 * their pods, in the guard's namespace and in those that it names: whoever makes a pair elsewhere must not be able to
 * keep this etcd from being repaired; the workloads that the guard selects; the Milvus object it names, with its workloads. Asks the API server,
 * not a cache: what is overlooked would write into an etcd that is being rebuilt.
 *
 * @throws ApiError
 */
export async function findMilvus(
  { client, watchNamespaces }: FindOptions,
  guard: EtcdGuard,
  signal: AbortSignal,
): Promise<FoundMilvus> {
  const { namespace } = guard.metadata;
  const { statefulSetName, milvus: named } = guard.spec;
  const etcd = await client.get<Workload>(statefulSetKind, statefulSetName, namespace, { signal });
  const services = await listAll<Service>(client, serviceKind, { namespace, signal });
  const addresses = etcd && addressesOf(etcd, services);
  const { seen, unseen } = pairNamespaces(guard, watchNamespaces);
  const all = await listPairs(client, seen, signal);
  const pairs = all.filter((pair) => belongs(pair, guard, addresses));
  const ofPairs = (await Promise.all(pairs.map((pair) => workloadOf(client, pair, signal)))).flat();
  const milvus =
    named?.milvusName === undefined
      ? undefined
      : await client.get<KubeObject>(milvusKind, named.milvusName, namespace, { signal });
  const names = [...ofPairs.map(nameOf), ...lookedAfter(all)];
  const others = await workloadsOf(client, guard, { etcd, milvus, ofPairs: names }, signal);
  const workloads = [...ofPairs, ...others];
  return {
    pairs,
    workloads,
    ...(milvus ? { milvus } : {}),
    rootPaths: [...new Set([...pairs.map(({ spec }) => spec.etcd.rootPath), ...(named?.rootPaths ?? [])])].sort(),
    problems: [
      ...problemsOf(guard, { etcd, workloads, milvus }),
      ...unseen.map((one) => `spec.milvus.pairNamespaces: the operator does not look after namespace ${one}`),
    ],
  };
}

/** Where pairs of this etcd may be, and what of it the operator cannot see. */
function pairNamespaces(
  { metadata: { namespace }, spec: { milvus } }: EtcdGuard,
  watched: readonly string[],
): { readonly seen: readonly string[]; readonly unseen: readonly string[] } {
  const named = [...new Set([namespace, ...(milvus?.pairNamespaces ?? [])])];
  const isSeen = (one: string): boolean => watched.length === 0 || watched.includes(one);
  return { seen: named.filter(isSeen), unseen: named.filter((one) => !isSeen(one)) };
}

async function listPairs(
  client: MilvusClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly StoredPair[]> {
  const pages = await Promise.all(
    namespaces.map((namespace) =>
      listAll<CoordinatorPair & KubeObject>(client, coordinatorPairKind, { namespace, signal }),
    ),
  );
  return pages.flat();
}

function belongs(
  { metadata, spec: { etcd } }: StoredPair,
  guard: EtcdGuard,
  addresses: EtcdAddresses | undefined,
): boolean {
  if (etcd.guardName === guard.metadata.name && metadata.namespace === guard.metadata.namespace) return true;
  return addresses !== undefined && etcd.endpoints.some((endpoint) => leadsTo(addresses, endpoint, metadata.namespace));
}

/** What runs the pods of a pair: the workload it looks after, or the StatefulSet it has made. */
async function workloadOf(
  client: MilvusClient,
  pair: StoredPair,
  signal: AbortSignal,
): Promise<readonly FoundWorkload[]> {
  const { namespace, name, uid } = pair.metadata;
  const ref = pair.spec.workloadRef ?? { kind: 'StatefulSet' as const, name };
  const object = await client.get<Workload>(workloadKinds[ref.kind], ref.name, namespace, { signal });
  if (!object || (!pair.spec.workloadRef && controllerOf(object)?.uid !== uid)) return [];
  return [{ kind: ref.kind, object, pair }];
}

/** A workload by its kind and name. */
interface WorkloadName {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

const nameOf = ({ kind, object: { metadata } }: FoundWorkload): WorkloadName => ({
  kind,
  namespace: metadata.namespace,
  name: metadata.name,
});

/** What pairs look after, those of another etcd included. */
function lookedAfter(pairs: readonly StoredPair[]): readonly WorkloadName[] {
  return pairs.flatMap(({ metadata: { namespace }, spec: { workloadRef } }) =>
    workloadRef ? [{ ...workloadRef, namespace }] : [],
  );
}

/** What the guard selects and what the Milvus object has made, but for etcd itself and what belongs to a pair. */
async function workloadsOf(
  client: MilvusClient,
  guard: EtcdGuard,
  {
    etcd,
    milvus,
    ofPairs,
  }: {
    readonly etcd: Stored<Workload> | undefined;
    readonly milvus: Stored<KubeObject> | undefined;
    readonly ofPairs: readonly WorkloadName[];
  },
  signal: AbortSignal,
): Promise<readonly FoundWorkload[]> {
  const { namespace } = guard.metadata;
  const selector = guard.spec.milvus?.workloadSelector;
  if (!selector && !milvus) return [];
  const isAsked = (object: Stored<Workload>): boolean =>
    selects(selector, object.metadata.labels ?? {}) ||
    (milvus !== undefined && controllerOf(object)?.uid === milvus.metadata.uid);
  const isOfPair = (found: FoundWorkload): boolean =>
    controllerOf(found.object)?.kind === coordinatorPairKind.kind ||
    ofPairs.some((known) => isDeepStrictEqual(known, nameOf(found)));
  const pages = await Promise.all(
    (['Deployment', 'StatefulSet'] as const).map(async (kind) => {
      const items = await listAll<Workload>(client, workloadKinds[kind], { namespace, signal });
      return items.map((object): FoundWorkload => ({ kind, object }));
    }),
  );
  return pages
    .flat()
    .filter((found) => isAsked(found.object) && found.object.metadata.uid !== etcd?.metadata.uid && !isOfPair(found));
}

function problemsOf(
  { spec: { statefulSetName, milvus: named } }: EtcdGuard,
  {
    etcd,
    workloads,
    milvus,
  }: {
    readonly etcd: KubeObject | undefined;
    readonly workloads: readonly FoundWorkload[];
    readonly milvus: KubeObject | undefined;
  },
): readonly string[] {
  const selector = named?.workloadSelector;
  return [
    ...(etcd
      ? []
      : [
          `there is no StatefulSet ${statefulSetName}: which pairs use this etcd is known only of those that name the guard`,
        ]),
    ...(named?.milvusName !== undefined && !milvus
      ? [`spec.milvus.milvusName: there is no Milvus ${named.milvusName} in the guard's namespace`]
      : []),
    ...(selector && !workloads.some(({ object }) => selects(selector, object.metadata.labels ?? {}))
      ? ["spec.milvus.workloadSelector: no Deployment or StatefulSet in the guard's namespace has these labels"]
      : []),
  ];
}
