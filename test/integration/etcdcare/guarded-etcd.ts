import { readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import type { EtcdGuard, EtcdGuardStatus } from '../../../src/api/etcd-guard.ts';
import { etcdGuardKind } from '../../../src/api/names.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silent } from '../../../src/base/log.ts';
import { memberConnector } from '../../../src/etcd/member-client.ts';
import { GuardReconciler } from '../../../src/etcdcare/reconciler.ts';
import type { EtcdTarget } from '../../../src/etcd/types.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { installCrds } from '../support/crds.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';

/** The address that the API server shows for the pod of a member; nobody listens there. */
const podIP = (ordinal: number): string => `10.0.0.1${ordinal}`;

/** A real etcd of three members behind the objects of a StatefulSet, in a real API server, with a guard over it. */
export interface GuardedEtcd extends AsyncDisposable {
  readonly server: ApiServer;
  readonly etcd: EtcdServer;
  /** One look of the operator. @returns the guard as the API server has it then. */
  look(): Promise<EtcdGuard & { readonly status: EtcdGuardStatus }>;
  /** Shows a pod as its kubelet would: running and ready, or crashing. */
  show(ordinal: number, state: 'ready' | 'crashing'): Promise<void>;
}

/** Starts all of it. Disposing ends and removes all. */
export async function startGuardedEtcd(etcdFlags: readonly string[]): Promise<GuardedEtcd> {
  await using undo = new AsyncDisposableStack();
  const server = undo.use(await startApiServer());
  const etcd = undo.use(await startEtcd({ members: 3, flags: etcdFlags }));
  await installCrds(server, 'etcdguards', 'etcdrecoveries');
  const manifest = (loadAll(await readFile('test/images/etcd.yaml', 'utf8')) as KubeObject[]).find(
    ({ kind }) => kind === 'StatefulSet',
  );
  await apply(server, manifest ?? {});
  for (const ordinal of [0, 1, 2]) await apply(server, podManifest(ordinal));
  await apply(server, {
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'EtcdGuard',
    metadata: { name: 'etcd' },
    spec: { statefulSetName: 'etcd' },
  });

  const client = undo.use(server.client());
  const connect = memberConnector();
  let guard: EtcdGuard | undefined;
  const reconciler = undo.use(
    new GuardReconciler({
      client,
      writer: client,
      secrets: { secret: () => Promise.resolve(undefined), forgetSecret: () => undefined },
      node: () => undefined,
      guard: () => guard,
      guards: () => [],
      recoveries: () => undefined,
      connect: (target) => connect(reachable(target, etcd)),
      clock: systemClock,
      log: silent,
    }),
  );
  const read = async (): Promise<EtcdGuard> => {
    const found = await client.get<EtcdGuard & KubeObject>(etcdGuardKind, 'etcd', 'default');
    if (!found) throw new Error('there is no EtcdGuard default/etcd');
    return found;
  };
  const running = undo.move();
  return {
    server,
    etcd,
    async look() {
      guard = await read();
      await reconciler.reconcile('default', 'etcd', new AbortController().signal);
      const seen = await read();
      return { ...seen, status: seen.status ?? {} };
    },
    async show(ordinal, state) {
      const patch = JSON.stringify({ status: state === 'ready' ? readyStatus(ordinal) : crashingStatus() });
      await server.kubectl(['patch', 'pod', `etcd-${ordinal}`, '--subresource=status', '--type=merge', '-p', patch]);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The members listen on 127.0.0.1 with ports of their own, whatever their pods say. */
export function reachable({ endpoints: [endpoint = ''] }: EtcdTarget, etcd: EtcdServer): EtcdTarget {
  const ordinal = Number(/^10\.0\.0\.1(\d):2379$/.exec(endpoint)?.[1]);
  return { endpoints: [etcd.endpoints[ordinal] ?? endpoint] };
}

/** `kubectl apply` of one object. */
export function apply(server: ApiServer, manifest: object): Promise<string> {
  return server.kubectl(['apply', '-f', '-'], JSON.stringify(manifest));
}

function podManifest(ordinal: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `etcd-${ordinal}`, labels: { 'app.kubernetes.io/name': 'etcd' } },
    // A node that does not exist: whoever asks for a log gets none.
    spec: { nodeName: 'nowhere', containers: [{ name: 'etcd', image: 'localhost/etcd:3.5.35' }] },
  };
}

const container = { name: 'etcd', image: 'localhost/etcd:3.5.35', imageID: 'x', restartCount: 0 };

function readyStatus(ordinal: number): object {
  const state = { running: { startedAt: '2026-01-01T00:00:00Z' } };
  return {
    phase: 'Running',
    podIP: podIP(ordinal),
    podIPs: [{ ip: podIP(ordinal) }],
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ ...container, ready: true, state, lastState: {} }],
  };
}

function crashingStatus(): object {
  const terminated = {
    exitCode: 1,
    reason: 'Error',
    finishedAt: new Date().toISOString(),
    containerID: 'containerd://1',
  };
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' };
  return {
    conditions: [{ type: 'Ready', status: 'False' }],
    containerStatuses: [{ ...container, ready: false, state: { waiting }, lastState: { terminated } }],
  };
}
