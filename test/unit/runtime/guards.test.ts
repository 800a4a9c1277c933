import { afterEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../../src/base/log.ts';
import type { KubeClient, WatchEvent } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { EventRecorder } from '../../../src/kube/events.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { Guards } from '../../../src/runtime/guards.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { until } from '../../support/until.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';

const guard = (summary: string): KubeObject =>
  ({
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'EtcdGuard',
    metadata: { name: 'etcd', namespace: 'milvus', uid: 'u', resourceVersion: summary, generation: 1 },
    spec: { statefulSetName: 'etcd' },
    status: { summary },
  }) as KubeObject;

const started: Guards[] = [];
afterEach(async () => {
  for (const guards of started.splice(0)) await guards[Symbol.asyncDispose]();
});

/** Guards over an API server that lists one guard, or has no such API; `change` is what its watch tells next. */
function start(served: boolean) {
  const told: (string | undefined)[] = [];
  const next = Promise.withResolvers<WatchEvent<KubeObject>>();
  const list = (() =>
    served
      ? Promise.resolve({ metadata: { resourceVersion: '1' }, items: [guard('first')] })
      : Promise.reject(new ApiError('list etcdguards', { code: 404, reason: 'NotFound' }))) as KubeClient['list'];
  async function* watch(_: unknown, { signal }: { readonly signal?: AbortSignal }) {
    yield await next.promise;
    await new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
  }
  const guards = new Guards({
    watchdog: { during: (_what, work) => work() },
    client: { ...fakeClient({ list, watch: watch as never }), podLog: () => Promise.reject(new Error('no logs')) },
    watchNamespaces: [],
    pace: { observeMs: 30_000, settledMs: 15_000, startUpMs: 120_000 },
    secrets: { secret: () => Promise.resolve(undefined), forgetSecret: () => undefined },
    node: () => undefined,
    recoveries: () => undefined,
    events: new EventRecorder({ client: fakeClient({}), log: silent, reportingInstance: 'pod' }),
    isLeader: () => false,
    metrics: createMetrics({ controller: 'pairs', concurrency: 1, leaseName: 'lease', version: 'test' }),
    clock: new VirtualClock(),
    log: silent,
    onChange: (changed) => void told.push(changed?.name),
  });
  started.push(guards);
  return { guards, told, change: (object: KubeObject) => next.resolve({ type: 'MODIFIED', object: object as never }) };
}

describe('the guards, for those who ask about one', () => {
  it('are not listed at first, then found or not, and every change of one is told, its status included', async () => {
    const { guards, told, change } = start(true);
    expect(guards.lookUp('milvus', 'etcd')).toBe('NotListed');
    guards.start();
    await until('all guards to be listed', () => Promise.resolve(told.includes(undefined)), { timeoutMs: 5_000 });
    expect(guards.lookUp('milvus', 'etcd')).toMatchObject({ status: { summary: 'first' } });
    expect(guards.lookUp('milvus', 'none')).toBe('NotFound');
    const before = told.length;
    change(guard('second'));
    await until('the change to be told', () => Promise.resolve(told.length > before), { timeoutMs: 5_000 });
    expect(told.slice(before)).toEqual(['etcd']);
    expect(guards.lookUp('milvus', 'etcd')).toMatchObject({ status: { summary: 'second' } });
  });

  it('are not watched where there is no such API, which is told once', async () => {
    const { guards, told } = start(false);
    guards.start();
    await until('the missing API to be told', () => Promise.resolve(told.length > 0), { timeoutMs: 5_000 });
    expect(guards.lookUp('milvus', 'etcd')).toBe('NotWatched');
    expect(told).toEqual([undefined]);
  });
});
