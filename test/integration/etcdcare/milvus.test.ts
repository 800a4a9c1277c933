import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EtcdGuard } from '../../../src/api/etcd-guard.ts';
import { coordinatorPairKind, etcdGuardKind } from '../../../src/api/names.ts';
import { planStop, type MilvusChange } from '../../../src/etcdcare/milvus/changes.ts';
import { findMilvus } from '../../../src/etcdcare/milvus/find.ts';
import { startMilvus } from '../../../src/etcdcare/milvus/start.ts';
import { applyStop } from '../../../src/etcdcare/milvus/stop.ts';
import { milvusStopped } from '../../../src/etcdcare/milvus/stopped.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { useApiServer, type SharedApiServer } from '../support/shared-api-server.ts';
import { installCrds } from '../support/crds.ts';

const { signal } = new AbortController();
const recovery = { uid: '6a2f3c1e-0000-4000-8000-000000000001', name: 'rebuild' };
const instance = { 'app.kubernetes.io/instance': 'release' };

/** An apps/v1 object whose pods carry one label more than the release's. */
function workload(kind: 'Deployment' | 'StatefulSet', name: string, replicas: number, owner?: object) {
  const labels = { ...instance, app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels, ...(owner ? { ownerReferences: [owner] } : {}) },
    spec: {
      replicas,
      ...(kind === 'StatefulSet' ? { serviceName: `${name}-headless` } : {}),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } },
    },
  };
}

const milvusCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'milvuses.milvus.io' },
  spec: {
    group: 'milvus.io',
    scope: 'Namespaced',
    names: { kind: 'Milvus', listKind: 'MilvusList', plural: 'milvuses', singular: 'milvus' },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

describe('Milvus around an etcd, on a real API server', () => {
  let server: SharedApiServer;
  let client: ReturnType<SharedApiServer['client']>;
  let changes: readonly MilvusChange[];

  const apply = (object: object, ...flags: readonly string[]) =>
    server.kubectl(['apply', '--server-side', ...flags, '-f', '-'], JSON.stringify(object));
  const uidOf = (what: string) => server.kubectl(['get', what, '-o', 'jsonpath={.metadata.uid}']);
  const replicas = async (what: string) =>
    Number(await server.kubectl(['get', what, '-o', 'jsonpath={.spec.replicas}']));
  const annotation = (what: string, key: string) =>
    server.kubectl(['get', what, '-o', `jsonpath={.metadata.annotations.${key.replaceAll('.', '\\.')}}`]);
  const find = async () => {
    const guard = await client.get<EtcdGuard & KubeObject>(etcdGuardKind, 'guard', server.namespace);
    if (!guard) throw new Error('there is no EtcdGuard guard');
    return findMilvus({ client, watchNamespaces: [] }, guard, signal);
  };
  const owner = async (apiVersion: string, kind: string, name: string, resource: string) => ({
    apiVersion,
    kind,
    name,
    uid: await uidOf(`${resource}/${name}`),
    controller: true,
  });

  beforeAll(async () => {
    server = await useApiServer();
    client = server.client();
    await apply(milvusCrd);
    await installCrds(server, 'coordinatorpairs', 'etcdguards');
    await server.kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']);
    await apply(workload('StatefulSet', 'etcd', 3));
    await apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'etcd' },
      spec: { selector: { app: 'etcd' }, ports: [{ port: 2379 }] },
    });
    await apply({
      apiVersion: 'ha.milvus.io/v1alpha1',
      kind: 'CoordinatorPair',
      metadata: { name: 'rootcoord' },
      spec: {
        role: 'rootcoord',
        image: 'milvusdb/milvus:v2.4.15',
        mode: 'Paused',
        etcd: { endpoints: ['etcd:2379'], guardName: 'guard' },
      },
    });
    const pair = await owner('ha.milvus.io/v1alpha1', 'CoordinatorPair', 'rootcoord', 'coordinatorpair');
    await apply(workload('StatefulSet', 'rootcoord', 2, pair));
    await apply({ apiVersion: 'milvus.io/v1beta1', kind: 'Milvus', metadata: { name: 'mine' } });
    await apply(workload('Deployment', 'mine-proxy', 3, await owner('milvus.io/v1beta1', 'Milvus', 'mine', 'milvus')));
    await apply(workload('Deployment', 'querynode', 4));
    await apply({
      apiVersion: 'ha.milvus.io/v1alpha1',
      kind: 'EtcdGuard',
      metadata: { name: 'guard' },
      spec: {
        statefulSetName: 'etcd',
        milvus: { rootPaths: ['helm'], workloadSelector: { matchLabels: instance }, milvusName: 'mine' },
      },
    });
  }, 180_000);

  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('is found, and every original is noted', async () => {
    const found = await find();
    expect([found.rootPaths, found.problems]).toEqual([['by-dev', 'helm'], []]);
    changes = planStop(found);
    expect(changes.map((change) => `${change.kind} ${change.name}`)).toEqual([
      'Milvus mine',
      'CoordinatorPair rootcoord',
      'StatefulSet rootcoord',
      'Deployment mine-proxy',
      'Deployment querynode',
    ]);
  });

  it('is stopped, and stopped again without a change', async () => {
    await applyStop(client, changes, recovery, signal);
    const version = await server.kubectl(['get', 'deployment/querynode', '-o', 'jsonpath={.metadata.resourceVersion}']);
    await applyStop(client, changes, recovery, signal);
    expect(await server.kubectl(['get', 'deployment/querynode', '-o', 'jsonpath={.metadata.resourceVersion}'])).toBe(
      version,
    );
    const workloads = ['statefulset/rootcoord', 'deployment/mine-proxy', 'deployment/querynode', 'statefulset/etcd'];
    expect(await Promise.all(workloads.map(replicas))).toEqual([0, 0, 0, 3]);
    expect(await annotation('coordinatorpair/rootcoord', 'ha.milvus.io/suspended-by')).toBe(recovery.uid);
    expect(await annotation('milvus/mine', 'milvus.io/pause-reconcile')).toBe('true');
    expect(planStop(await find(), changes)).toEqual(changes);
    expect(await milvusStopped(client, changes, recovery, signal)).toEqual({ stopped: true, running: [], undone: [] });
  });

  it('has not stopped while a pod is left, nor when somebody scales up, who is named', async () => {
    await apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'querynode-x', labels: { ...instance, app: 'querynode' } },
      spec: { containers: [{ name: 'main', image: 'none' }] },
    });
    await apply(workload('Deployment', 'querynode', 4), '--field-manager=argocd-controller', '--force-conflicts');
    const { stopped, running, undone } = await milvusStopped(client, changes, recovery, signal);
    expect([stopped, running]).toEqual([
      false,
      [{ namespace: server.namespace, name: 'querynode-x', terminating: false }],
    ]);
    expect(undone).toEqual([
      expect.stringMatching(
        /^Deployment querynode asks for 4 replicas, set by the field manager argocd-controller: Argo/,
      ),
    ]);
    await server.kubectl(['delete', 'pod', 'querynode-x', '--force', '--grace-period=0']);
    await applyStop(client, changes, recovery, signal);
    expect((await milvusStopped(client, changes, recovery, signal)).stopped).toBe(true);
  });

  it('is started again: the pair first, the rest when its ACTIVE serves', async () => {
    expect((await startMilvus(client, changes, recovery, signal)).state).toBe('Waiting');
    expect(await startMilvus(client, changes, recovery, signal)).toEqual({
      state: 'Waiting',
      for: ['CoordinatorPair rootcoord: not looked at yet'],
    });
    expect([await replicas('statefulset/rootcoord'), await replicas('deployment/querynode')]).toEqual([2, 0]);
    expect(await annotation('coordinatorpair/rootcoord', 'ha.milvus.io/suspended-by')).toBe('');
    const condition = (type: string) => ({
      type,
      status: 'True',
      reason: 'Elected',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
    await client.mergePatch(
      coordinatorPairKind,
      'rootcoord',
      server.namespace,
      { status: { conditions: [condition('Ready'), condition('ActiveElected')] } },
      { subresource: 'status' },
    );
    expect(await startMilvus(client, changes, recovery, signal)).toEqual({ state: 'Started' });
    expect([await replicas('deployment/mine-proxy'), await replicas('deployment/querynode')]).toEqual([3, 4]);
    expect(await annotation('milvus/mine', 'milvus.io/pause-reconcile')).toBe('');
    const setting = ['get', 'milvus/mine', '-o', 'jsonpath={.spec.config.dataCoord.enableGarbageCollection}'];
    expect(await server.kubectl(setting)).toBe('false');
  });

  it('is never touched under the name of what was deleted and made anew', async () => {
    await server.kubectl(['delete', 'deployment', 'querynode']);
    await apply(workload('Deployment', 'querynode', 1));
    await applyStop(client, changes, recovery, signal);
    expect(await replicas('deployment/querynode')).toBe(1);
  });

  it.each([
    ['a selector without labels', { milvus: { workloadSelector: { matchLabels: {} } } }, /at least 1/],
    [
      'a selector by expressions',
      { milvus: { workloadSelector: { matchExpressions: [] } } },
      /unknown field "spec.milvus.workloadSelector.matchExpressions"/,
    ],
  ])('is not described by %s', async (_, spec, refusal) => {
    const manifest = {
      apiVersion: 'ha.milvus.io/v1alpha1',
      kind: 'EtcdGuard',
      metadata: { name: 'refused' },
      spec: { statefulSetName: 'etcd', ...spec },
    };
    await expect(server.kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(manifest))).rejects.toThrow(
      refusal,
    );
  });
});
