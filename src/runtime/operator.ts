import { randomUUID } from 'node:crypto';
import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { createSessionStores } from '../etcd/session-stores.ts';
import { systemClock } from '../base/clock.ts';
import { withEcho } from '../kube/echo.ts';
import { EventRecorder } from '../kube/events.ts';
import { LeaseElection } from '../kube/lease-election.ts';
import { createKubeClient } from '../kube/transport.ts';
import { WorkQueue } from '../kube/work-queue.ts';
import { Prober } from '../probe/prober.ts';
import { Reconciler } from '../pair/reconciler.ts';
import { References } from '../pair/references.ts';
import { Workloads } from '../pair/workloads.ts';
import { Caches } from './caches.ts';
import type { OperatorConfig } from './config.ts';
import { runController } from './controller.ts';
import { Guards } from './guards.ts';
import { serveHealth } from './health.ts';
import type { Logger } from './logging.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { pairReporter } from './metrics/pair-reporter.ts';
import { Recoveries } from './recoveries.ts';
import { disposeWithin } from './shutdown.ts';
import { Watchdog } from './watchdog.ts';

/** Label `controller` of the metrics, and name of the queue. */
const CONTROLLER = 'coordinatorpair';
/** Shorter than the pod's terminationGracePeriodSeconds in the chart (30 s). */
const SHUTDOWN_GRACE_MS = 20_000;

/**
 * Runs the operator until `signal` is aborted: watches, elects a leader among the replicas, and as leader looks after
 * pairs. On the way out it lets the looks under way end and gives the Lease back.
 *
 * @returns whether everything ended well and in time.
 * @throws Error when an address cannot be listened on or no credentials are found.
 */
export async function runOperator(config: OperatorConfig, log: Logger, signal: AbortSignal): Promise<boolean> {
  const metrics = createMetrics({
    controller: CONTROLLER,
    concurrency: config.concurrency,
    leaseName: config.leaderElection.name,
    version: config.version,
  });
  const client = createKubeClient({
    ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
    version: config.version,
    component: 'manager',
    onRequest: metrics.requestCompleted,
  });
  const watchdog = new Watchdog({ log, onStall: metrics.stalled });
  const queue = new WorkQueue({ observer: metrics.workQueue });
  metrics.workQueue.measure(queue);
  const stores = createSessionStores({ log, onRead: (result, ms) => metrics.etcd.readCompleted(result, ms) });
  const events = new EventRecorder({ client, log, reportingInstance: config.podName });
  const caches = new Caches({
    client,
    log,
    watchNamespaces: config.watchNamespaces,
    watchNodes: config.watchNodes,
    onChange: (namespace, name) => queue.add(`${namespace}/${name}`),
  });
  const references = new References(client, systemClock);
  const guards: Guards | undefined = config.etcdGuard
    ? new Guards({
        client,
        watchdog,
        watchNamespaces: config.watchNamespaces,
        secrets: references,
        pace: config.etcdPace,
        node: (name) => caches.node(name),
        events,
        recoveries: (namespace) => recoveries?.known(namespace),
        isLeader: () => election.isLeader,
        metrics,
        clock: systemClock,
        log,
        onChange: (guard) => {
          for (const { namespace, name } of pairsThatName(guard, caches.pairs())) queue.add(`${namespace}/${name}`);
          if (guard) recoveries?.guardChanged(guard);
        },
      })
    : undefined;
  const recoveries: Recoveries | undefined =
    guards && config.etcdRepair
      ? new Recoveries({
          client,
          watchdog,
          watchNamespaces: config.watchNamespaces,
          repairNamespaces: config.etcdRepairNamespaces,
          secrets: references,
          pace: config.etcdPace,
          node: (name) => caches.node(name),
          guard: (namespace, name) => guards.get(namespace, name),
          events,
          // Replicas take turns by the leader election: the lock of an etcd is between installations.
          installation: `${config.leaderElection.namespace}/${config.leaderElection.name}`,
          ...(config.operatorImage === undefined ? {} : { operatorImage: config.operatorImage }),
          isLeader: () => election.isLeader,
          metrics,
          clock: systemClock,
          log,
          onChange: ({ metadata: { namespace }, spec }) => guards.lookAgain(namespace, spec.guardName),
        })
      : undefined;
  const work = new AbortController();
  const reconciler = new Reconciler({
    client: withEcho(client, (kind, object) => caches.written(kind, object)),
    caches,
    stores,
    prober: new Prober(systemClock),
    events,
    log,
    clock: systemClock,
    references,
    workloads: new Workloads(client, systemClock),
    logs: client,
    ...(guards ? { guard: (namespace, name) => guards.lookUp(namespace, name) } : {}),
    watchNodes: config.watchNodes,
    endpointPolicy: { allowLocal: config.allowLocalEndpoints, allowPlainPasswords: config.allowPlainPasswords },
    isLeader: () => election.isLeader,
    wake: (namespace, name) => queue.add(`${namespace}/${name}`),
    observed: pairReporter(metrics.pairs, () => election.isLeader),
    labelled: (lagMs) => metrics.pairs.labelled(lagMs),
  });
  const election = new LeaseElection({
    client,
    namespace: config.leaderElection.namespace,
    name: config.leaderElection.name,
    identity: `${config.podName}_${randomUUID()}`,
    leaseDurationMs: config.leaderElection.leaseDurationSeconds * 1000,
    renewDeadlineMs: config.leaderElection.renewDeadlineSeconds * 1000,
    retryPeriodMs: config.leaderElection.retryPeriodSeconds * 1000,
    log,
    onStartedLeading: () => {
      metrics.leading(true);
      for (const { metadata } of caches.pairs()) queue.add(`${metadata.namespace}/${metadata.name}`, 'resync');
      guards?.startedLeading();
      recoveries?.startedLeading();
    },
    onStoppedLeading: () => {
      metrics.leading(false);
      metrics.pairs.forgetAll();
      reconciler[Symbol.dispose]();
      guards?.stoppedLeading();
      recoveries?.stoppedLeading();
    },
  });
  const health = await serveHealth({
    address: config.healthAddress,
    healthz: { 'election-loop': () => (election.isAlive ? undefined : 'the election loop stands still') },
    readyz: {
      'election-loop': () => (election.isAlive ? undefined : 'the election loop stands still'),
      caches: () => (caches.hasSynced ? undefined : 'not everything was listed yet'),
    },
  });
  const scrape = await serveMetrics(config.metricsAddress, metrics.registry);
  caches.start(signal);
  guards?.start();
  recoveries?.start();
  election.start();
  log.info({ version: config.version, namespaces: config.watchNamespaces }, 'operator started');
  await Promise.race([caches.synced(), aborted(signal)]);
  const controller = runController({
    queue,
    concurrency: config.concurrency,
    reconcile: (key, lookSignal) => {
      const [namespace, name] = splitKey(key);
      if (!caches.pair(namespace, name)) metrics.pairs.forget({ namespace, name });
      return watchdog.during(`CoordinatorPair ${key}`, () => reconciler.reconcile(namespace, name, lookSignal));
    },
    isLeader: () => election.isLeader,
    metrics: metrics.reconcile,
    log,
    signal: work.signal,
  });
  await aborted(signal);
  return disposeWithin(
    SHUTDOWN_GRACE_MS,
    [
      { name: 'queue', dispose: () => queue.shutDown() },
      { name: 'controller', dispose: () => controller },
      { name: 'guards', dispose: () => guards?.[Symbol.asyncDispose]() },
      { name: 'recoveries', dispose: () => recoveries?.[Symbol.asyncDispose]() },
      { name: 'events', dispose: () => events[Symbol.asyncDispose]() },
      { name: 'reconciler', dispose: () => reconciler[Symbol.dispose]() },
      { name: 'session stores', dispose: () => stores[Symbol.asyncDispose]() },
      { name: 'caches', dispose: () => caches[Symbol.asyncDispose]() },
      { name: 'election', dispose: () => election[Symbol.asyncDispose]() },
      { name: 'client', dispose: () => client[Symbol.asyncDispose]() },
      { name: 'health', dispose: () => health[Symbol.asyncDispose]() },
      { name: 'watchdog', dispose: () => watchdog[Symbol.asyncDispose]() },
      { name: 'metrics', dispose: () => scrape[Symbol.asyncDispose]() },
    ],
    log,
  );
}

/** The pairs whose `etcd.guardName` is this guard's, or any. */
function pairsThatName(
  guard: { readonly namespace: string; readonly name: string } | undefined,
  pairs: readonly CoordinatorPair[],
): readonly CoordinatorPair['metadata'][] {
  return pairs
    .filter(({ spec: { etcd }, metadata: { namespace } }) =>
      guard ? etcd.guardName === guard.name && namespace === guard.namespace : etcd.guardName !== undefined,
    )
    .map(({ metadata }) => metadata);
}

function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
