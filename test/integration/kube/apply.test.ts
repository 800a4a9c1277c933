import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { applyOwned } from '../../../src/kube/apply.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isConflict } from '../../../src/kube/errors.ts';
import { podDisruptionBudgetKind, serviceKind, statefulSetKind } from '../../../src/kube/kinds.ts';
import type { KubeObject, ResourceKind, Stored } from '../../../src/kube/objects.ts';
import { useApiServer, type SharedApiServer } from '../support/shared-api-server.ts';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts';
import { namespaceFor } from './config-maps.ts';

type Anything = KubeObject & { readonly spec: Record<string, unknown> };

let server: SharedApiServer;
let proxy: FaultyProxy;
let client: KubeClient & AsyncDisposable;
let namespace: string;

beforeAll(async () => {
  server = await useApiServer();
  proxy = await startFaultyProxy(server);
  client = server.client({ kubeconfig: await server.kubeconfigFor(proxy.url) });
}, 120_000);
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  namespace = await namespaceFor(server, 'apply');
});

async function liveOf(kind: ResourceKind, name: string): Promise<Stored<Anything>> {
  const live = await client.get<Anything>(kind, name, namespace);
  if (live === undefined) throw new Error(`${name} is not there`);
  return live;
}

const writes = (): number => proxy.requests.filter(({ method }) => method !== 'GET').length;

function service(more: object = {}, labels: Record<string, string> = {}): Anything {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'active', namespace, labels: { app: 'milvus', ...labels } },
    spec: { selector: { role: 'active' }, ports: [{ name: 'grpc', port: 53100, targetPort: 'grpc' }], ...more },
  };
}

/** With as many of the fields that the API server fills in or spells anew as there are. */
function statefulSet(): Anything {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'rootcoord', namespace, labels: { app: 'milvus' } },
    spec: {
      replicas: 2,
      serviceName: 'rootcoord',
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
      selector: { matchLabels: { app: 'rootcoord' } },
      template: {
        metadata: { labels: { app: 'rootcoord' }, annotations: { note: '' } },
        spec: {
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 60,
          hostNetwork: false,
          nodeSelector: {},
          imagePullSecrets: [],
          securityContext: { runAsNonRoot: false, seccompProfile: { type: 'RuntimeDefault' } },
          tolerations: [{ key: 'a', operator: 'Exists' }],
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: { app: 'rootcoord' } },
            },
          ],
          containers: [
            {
              name: 'rootcoord',
              image: 'milvusdb/milvus:v2.6.8',
              args: ['milvus', 'run', 'rootcoord'],
              env: [
                { name: 'EMPTY', value: '' },
                { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
              ],
              ports: [{ name: 'grpc', containerPort: 53100 }, { containerPort: 9091 }],
              resources: { limits: { cpu: '1000m', memory: '2048Mi' }, requests: { cpu: 0.5, memory: '1.5Gi' } },
              readinessProbe: { httpGet: { path: '/healthz', port: 9091 }, initialDelaySeconds: 0 },
              volumeMounts: [
                { name: 'scratch', mountPath: '/a', subPath: 'a' },
                { name: 'scratch', mountPath: '/b', readOnly: false },
              ],
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
          volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '2048Mi' } }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
        },
      ],
    },
  };
}

function budget(): Anything {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'pair', namespace },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'rootcoord' } } },
  };
}

describe('applying an owned object', () => {
  it.each<[string, ResourceKind, () => Anything]>([
    ['StatefulSet', statefulSetKind, statefulSet],
    ['Service', serviceKind, service],
    ['PodDisruptionBudget', podDisruptionBudgetKind, budget],
  ])('writes a %s once and then no more', async (_name, kind, desired) => {
    const first = await applyOwned(client, kind, desired(), undefined, { force: true });
    expect(first.changed).toBe(true);
    const before = writes();
    const live = await liveOf(kind, desired().metadata.name);
    const second = await applyOwned(client, kind, desired(), live, { force: true });
    expect(second).toEqual({ object: live, changed: false, drift: [] });
    expect(writes()).toBe(before);
  });

  it('puts back what a hand changed, and says what it was', async () => {
    await applyOwned(client, statefulSetKind, statefulSet(), undefined);
    const containers = { containers: [{ name: 'rootcoord', image: 'milvusdb/milvus:latest' }] };
    const patch = JSON.stringify({ spec: { replicas: 1, template: { spec: containers } } });
    await server.kubectl(['patch', 'statefulset', 'rootcoord', '-n', namespace, '-p', patch]);
    const live = await liveOf(statefulSetKind, 'rootcoord');
    const applied = await applyOwned(client, statefulSetKind, statefulSet(), live, { force: true });
    expect(applied).toMatchObject({
      changed: true,
      drift: ['spec.replicas', 'spec.template.spec.containers[rootcoord].image'],
      object: { spec: { replicas: 2 } },
    });
    const again = await applyOwned(client, statefulSetKind, statefulSet(), applied.object, { force: true });
    expect(again.changed).toBe(false);
  });

  it('does not take a field over by itself: without force a hand’s change is a conflict', async () => {
    await applyOwned(client, statefulSetKind, statefulSet(), undefined);
    await server.kubectl(['scale', 'statefulset', 'rootcoord', '-n', namespace, '--replicas=1']);
    const live = await liveOf(statefulSetKind, 'rootcoord');
    const refused = await applyOwned(client, statefulSetKind, statefulSet(), live).catch((error: unknown) => error);
    expect(isConflict(refused)).toBe(true);
  });

  it('leaves foreign labels and environment entries alone', async () => {
    await applyOwned(client, statefulSetKind, statefulSet(), undefined);
    await server.kubectl(['label', 'statefulset', 'rootcoord', '-n', namespace, 'team=search']);
    await server.kubectl(['set', 'env', 'statefulset/rootcoord', '-n', namespace, 'FOREIGN=1']);
    const before = writes();
    const live = await liveOf(statefulSetKind, 'rootcoord');
    expect((await applyOwned(client, statefulSetKind, statefulSet(), live, { force: true })).changed).toBe(false);
    expect(writes()).toBe(before);

    const scaled = { ...statefulSet(), spec: { ...statefulSet().spec, replicas: 1 } };
    const { object } = await applyOwned(client, statefulSetKind, scaled, live, { force: true });
    expect(object.metadata.labels).toMatchObject({ app: 'milvus', team: 'search' });
    expect(JSON.stringify(object.spec)).toContain('FOREIGN');
  });

  it('takes a foreign entry out of a Service’s selector, which would empty it', async () => {
    await applyOwned(client, serviceKind, service(), undefined);
    const patch = JSON.stringify({ spec: { selector: { extra: 'entry' } } });
    await server.kubectl(['patch', 'service', 'active', '-n', namespace, '-p', patch]);
    const { object, drift } = await applyOwned(client, serviceKind, service(), await liveOf(serviceKind, 'active'), {
      force: true,
    });
    expect(drift).toEqual(['spec.selector.extra']);
    expect(object.spec.selector).toEqual({ role: 'active' });
  });

  it('removes live what is no longer desired', async () => {
    const { object } = await applyOwned(
      client,
      serviceKind,
      service({ sessionAffinity: 'ClientIP' }, { old: 'label' }),
      undefined,
    );
    const applied = await applyOwned(client, serviceKind, service(), object, { force: true });
    expect(applied.changed).toBe(true);
    expect(applied.object.metadata.labels).toEqual({ app: 'milvus' });
    expect(applied.object.spec.sessionAffinity).toBe('None');
  });

  it('does not hit a successor of the object it looked at', async () => {
    const { object: old } = await applyOwned(client, serviceKind, service(), undefined);
    await client.delete(serviceKind, 'active', namespace);
    const wish = service({ sessionAffinity: 'ClientIP' });
    const onGone = await applyOwned(client, serviceKind, wish, old, { force: true }).catch((error: unknown) => error);
    expect(isConflict(onGone)).toBe(true);
    await server.kubectl(['create', 'service', 'clusterip', 'active', '-n', namespace, '--tcp=1']);
    const onOther = await applyOwned(client, serviceKind, wish, old, { force: true }).catch((error: unknown) => error);
    expect(isConflict(onOther)).toBe(true);
  });

  it('does not take over an object that came into being after the look', async () => {
    await server.kubectl(['create', 'service', 'clusterip', 'active', '-n', namespace, '--tcp=1']);
    const late = await applyOwned(client, serviceKind, service(), undefined, { force: true }).catch(
      (error: unknown) => error,
    );
    expect(isConflict(late)).toBe(true);
  });
});
