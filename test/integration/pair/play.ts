import type { CoordinatorPair } from '../../../src/api/coordinator-pair.ts';
import { coordinatorPairKind, labels } from '../../../src/api/names.ts';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { silent } from '../../../src/base/log.ts';
import { createSessionStores } from '../../../src/etcd/session-stores.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isApiError } from '../../../src/kube/errors.ts';
import { Reconciler } from '../../../src/pair/reconciler.ts';
import { References } from '../../../src/pair/references.ts';
import { Workloads } from '../../../src/pair/workloads.ts';
import { ListedCaches } from './listed-caches.ts';
import { fateOf, OperatorKilled, OperatorLife, type CrashPoint } from '../../support/mortality.ts';
import type { Stage } from './stage.ts';
import { noProbes } from '../../unit/pair/support/no-probes.ts';

/** Time that passes from one look to the next: nothing here takes longer than a few looks. */
const LOOK_EVERY_MS = 6_000;
/** No flow takes half as many. */
const MOST_LOOKS = 60;

/** What is done to a pair, and when that is over. */
export interface Flow {
  readonly name: string;
  /** To a pair that is at rest; absent: there is no pair yet, and it is made. */
  readonly disturb?: (stage: Stage, client: KubeClient) => Promise<void>;
  /** What its user does from look to look, seeing the pair as it is. */
  readonly react?: (pair: CoordinatorPair, stage: Stage, client: KubeClient) => Promise<void>;
  /** Takes back what {@link disturb} has done to what other flows see too. */
  readonly restore?: (client: KubeClient) => Promise<void>;
  /** What must have come of it besides a pair at rest. */
  readonly isDone: (pair: CoordinatorPair, stage: Stage) => boolean;
  /** What the operator does that Milvus notices, in order. */
  readonly disruptions: readonly string[];
  /** Pods that hold the role, in order. */
  readonly holders: readonly string[];
}

/** What a flow came to, as far as a user could tell. */
export interface Outcome {
  /** Every change the operator made, over all its lives. */
  readonly changes: readonly string[];
  /** Pods that held the role, in order. */
  readonly holders: readonly string[];
  readonly end: object;
}

/** Plays a flow on a stage, with the operator's death at a point of it: another operator then goes on from the world. */
export async function play(flow: Flow, stage: Stage, client: KubeClient, crash?: CrashPoint): Promise<Outcome> {
  const { rootPath, endpoint, namespace } = stage;
  await client.create(coordinatorPairKind, {
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'CoordinatorPair',
    metadata: { name: 'rootcoord', namespace },
    spec: { role: 'rootcoord', image: 'milvusdb/milvus:v2.5.10', etcd: { endpoints: [endpoint], rootPath } },
  } as never);
  const changes: string[] = [];
  try {
    if (flow.disturb) {
      await operate(stage, client, new OperatorLife([]), { isDone: () => true });
      await flow.disturb(stage, client);
    }
    try {
      await operate(stage, client, new OperatorLife(changes, fateOf(crash)), flow);
    } catch (error) {
      if (!(error instanceof OperatorKilled)) throw error;
      await operate(stage, client, new OperatorLife(changes), flow);
    }
    return { changes, holders: stage.holders, end: await endOf(stage, client) };
  } finally {
    await flow.restore?.(client);
  }
}

/** One operator process, from its start until the pair is at rest and done. @throws OperatorKilled */
async function operate(
  stage: Stage,
  client: KubeClient,
  life: OperatorLife,
  { isDone, react }: Pick<Flow, 'isDone' | 'react'>,
): Promise<void> {
  let passedMs = 0;
  const clock: Clock = {
    nowMs: () => systemClock.nowMs() + passedMs,
    wallTime: () => new Date(Date.now() + passedMs),
    schedule: (delayMs, callback) => systemClock.schedule(delayMs, callback),
  };
  const caches = new ListedCaches(client, stage.namespace);
  await using stores = createSessionStores({ clock });
  // As the operator names it (an address is no Service of the namespace): what is read here is what it looks at next.
  const target = { endpoints: [stage.endpoint], isElsewhere: true } as const;
  using store = stores.acquire(target, `${stage.rootPath}/meta/session/`);
  const mine = life.client(client);
  using reconciler = new Reconciler({
    prober: noProbes,
    client: mine,
    caches,
    stores: life.stores(stores),
    references: new References(mine, clock),
    workloads: new Workloads(mine, clock),
    events: { record: () => undefined },
    log: silent,
    clock,
    watchNodes: true,
    endpointPolicy: { allowLocal: true, allowPlainPasswords: true },
    isLeader: () => true,
    wake: () => undefined,
  });
  for (let look = 0; look < MOST_LOOKS; look++) {
    await store.read();
    await caches.refresh();
    const pair = caches.pair(stage.namespace, 'rootcoord');
    const before = life.changes.length;
    await lookOnce(reconciler, stage.namespace);
    await stage.step();
    passedMs += LOOK_EVERY_MS;
    if (life.changes.length === before && pair && isAtRest(pair) && isDone(pair, stage)) return;
    if (pair) await react?.(pair, stage, client);
  }
  throw new Error(`not at rest: ${JSON.stringify(caches.pair(stage.namespace, 'rootcoord')?.status)}`);
}

/** A look that finds the world changed under it is one that is taken again. */
async function lookOnce(reconciler: Reconciler, namespace: string): Promise<void> {
  try {
    await reconciler.reconcile(namespace, 'rootcoord', AbortSignal.timeout(30_000));
  } catch (error) {
    if (!isApiError(error)) throw error;
  }
}

function isAtRest({ status }: CoordinatorPair): boolean {
  const isTrue = (wanted: string) =>
    status?.conditions?.some(({ type, status: is }) => type === wanted && is === 'True');
  return isTrue('Ready') === true && isTrue('UpToDate') === true && status?.transition === undefined;
}

/** What there is in the end, without times, versions and other marks of one run. */
async function endOf(stage: Stage, client: KubeClient): Promise<object> {
  const caches = new ListedCaches(client, stage.namespace);
  await caches.refresh();
  const { status, spec } = caches.pair(stage.namespace, 'rootcoord') ?? {};
  return {
    image: spec?.image,
    active: status?.active?.podName,
    standby: status?.standby?.podName,
    conditions: status?.conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`).toSorted(),
    history: status?.history?.map(({ type, from, to }) => `${type} ${from} ${to}`),
    lastSwitchover: status?.lastSwitchover?.result,
    pods: caches.pods(stage.namespace, 'rootcoord').map(({ metadata: { name, labels: onPod }, spec: podSpec }) => ({
      name,
      role: onPod?.[labels.role],
      images: (podSpec as PodSpec).containers.map(({ image: ofContainer }) => ofContainer),
    })),
  };
}

interface PodSpec {
  readonly containers: readonly { readonly image: string }[];
}
