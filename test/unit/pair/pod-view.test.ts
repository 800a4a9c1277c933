import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/kube/core-types.ts';
import { viewPod } from '../../../src/pair/pod-view.ts';

const running: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'rootcoord-0',
    namespace: 'milvus',
    uid: 'u1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { 'ha.milvus.io/role': 'active' },
    annotations: { 'ha.milvus.io/template-hash': 'abc' },
  },
  spec: { nodeName: 'node-a' },
  status: {
    podIP: '10.0.0.1',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [
      { name: 'sidecar', ready: true, restartCount: 0, containerID: 'containerd://other' },
      {
        name: 'milvus',
        ready: true,
        restartCount: 1,
        containerID: 'containerd://c1',
        state: { running: { startedAt: '2026-01-01T00:00:05Z' } },
        lastState: { terminated: { exitCode: 1, containerID: 'containerd://c0' } },
      },
    ],
  },
};

it('a pod is seen by what its kubelet last said of the Milvus container', () => {
  expect(viewPod(running)).toEqual({
    name: 'rootcoord-0',
    namespace: 'milvus',
    uid: 'u1',
    ip: '10.0.0.1',
    nodeName: 'node-a',
    hostNetwork: false,
    ready: true,
    terminating: false,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    roleLabel: 'active',
    templateHash: 'abc',
    container: {
      id: 'containerd://c1',
      runningSince: new Date('2026-01-01T00:00:05Z'),
      lastTerminated: { exitCode: 1, containerID: 'containerd://c0' },
      restarts: 1,
    },
  });
});

describe('a pod that is not ready although its Milvus is', () => {
  const withReadiness = (readiness: object, isMilvusReady = true): Pod => ({
    ...running,
    status: {
      ...running.status,
      conditions: [{ type: 'Ready', status: 'False', ...readiness }],
      containerStatuses: [{ name: 'milvus', ready: isMilvusReady, restartCount: 0 }],
    },
  });
  const beside = { reason: 'ContainersNotReady', message: 'containers with unready status: [log-shipper]' };
  const gate = { reason: 'ReadinessGatesNotReady', message: 'the status of pod readiness gate "a" is not "True"' };

  it.each([beside, gate])('is seen with why, in the words of its kubelet: $reason', (readiness) => {
    expect(viewPod(withReadiness(readiness)).unreadyBeside).toBe(readiness.message);
  });

  it.each([
    ['its Milvus is not ready', withReadiness(beside, false)],
    ['its node is not: then nobody knows of its containers', withReadiness({})],
  ])('is none where %s', (_, pod) => {
    expect(viewPod(pod)).not.toHaveProperty('unreadyBeside');
  });
});

it('a pod that was just made is seen without what is not known yet', () => {
  const { metadata } = running;
  expect(
    viewPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', uid: 'u', creationTimestamp: metadata.creationTimestamp ?? '' },
    }),
  ).toEqual({
    name: 'a',
    namespace: '',
    uid: 'u',
    hostNetwork: false,
    ready: false,
    terminating: false,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    container: {},
  });
});

it('a pod being deleted, with a container that waits, is seen as such', () => {
  const waiting = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } };
  const view = viewPod({
    ...running,
    metadata: { ...running.metadata, deletionTimestamp: '2026-01-01T01:00:00Z' },
    status: { containerStatuses: [{ name: 'milvus', ready: false, restartCount: 3, state: waiting }] },
  });
  expect([view.terminating, view.ready, view.ip]).toEqual([true, false, undefined]);
  expect(view.container).toEqual({ ...waiting, restarts: 3 });
});

it('a pod that fits no node is seen with the words of the scheduler', () => {
  const message = '0/3 nodes are available: 3 Insufficient cpu.';
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] as const;
  expect(viewPod({ ...running, status: { conditions } }).unschedulable).toBe(message);
});

describe('a pod in deletion', () => {
  it('tells when that was asked for: the time stamp is the end of its grace period', () => {
    const metadata = {
      name: 'rootcoord-0',
      deletionTimestamp: '2026-01-01T01:00:00Z',
      deletionGracePeriodSeconds: 60,
    };
    expect(viewPod({ apiVersion: 'v1', kind: 'Pod', metadata }).deletion).toEqual({
      requestedAt: new Date('2026-01-01T00:59:00Z'),
      graceSeconds: 60,
    });
  });
});

describe('the addresses of a pod', () => {
  const withStatus = (
    status: Partial<NonNullable<Pod['status']>>,
    annotations: Readonly<Record<string, string>> = {},
  ) =>
    viewPod({ ...running, metadata: { ...running.metadata, annotations }, status: { ...running.status, ...status } });

  it('are of both families where the cluster has two', () => {
    const podIPs = [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }];
    expect(withStatus({ podIPs })).toMatchObject({ ip: '10.0.0.1', otherIPs: ['fd00::1'] });
  });

  it('are of further networks where the pod has some', () => {
    const networks = [
      { name: 'cni', interface: 'eth0', ips: ['10.0.0.1'], default: true },
      { name: 'storage', interface: 'net1', ips: ['192.168.7.2', 'fd07::2'] },
      { name: 'without' },
    ];
    const annotations = { 'k8s.v1.cni.cncf.io/network-status': JSON.stringify(networks) };
    expect(withStatus({}, annotations).otherIPs).toEqual(['192.168.7.2', 'fd07::2']);
  });

  it.each(['', 'no JSON', '{}', '[null, {"ips": 7}, {"ips": [7]}]'])(
    'are those of the status alone where the annotation says %p',
    (text) => {
      expect(withStatus({}, { 'k8s.v1.cni.cncf.io/network-status': text })).not.toHaveProperty('otherIPs');
    },
  );
});

it('a container that ended is seen with what the kubelet brought of its log, without secrets', () => {
  const message = 'panic: cannot reach http://admin:geheim@minio:9000\n\ngoroutine 1 [running]:\n';
  const containerStatuses = [
    { name: 'milvus', ready: false, restartCount: 4, lastState: { terminated: { exitCode: 2, message } } },
  ];
  expect(viewPod({ ...running, status: { containerStatuses } }).container).toMatchObject({
    restarts: 4,
    lastWords: { line: 'panic: cannot reach http://***@minio:9000' },
  });
});

it('a container that was killed has no last words, whatever it had logged', () => {
  const message = '[x] [ERROR] [a.go:1] ["a proxy did not answer"]\n';
  const terminated = { exitCode: 137, reason: 'Error', message };
  const containerStatuses = [{ name: 'milvus', ready: false, restartCount: 0, state: { terminated } }];
  expect(viewPod({ ...running, status: { containerStatuses } }).container).not.toHaveProperty('lastWords');
});
