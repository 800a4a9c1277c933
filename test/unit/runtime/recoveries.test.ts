import { afterEach, describe, expect, it } from '@jest/globals';
import type { EtcdRecovery } from '../../../src/api/etcd-recovery.ts';
import { silent } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { EventRecorder } from '../../../src/kube/events.ts';
import type { KubeObject, ResourceKind } from '../../../src/kube/objects.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { Recoveries } from '../../../src/runtime/recoveries.ts';
import { until } from '../../support/until.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { guard } from '../etcdcare/support/facts.ts';
import { recovery } from '../etcdcare/recovery/support.ts';
import { fakeClient } from '../kube/fake-client.ts';

const started: Recoveries[] = [];
afterEach(async () => {
  for (const recoveries of started.splice(0)) await recoveries[Symbol.asyncDispose]();
});

const aborted = (signal?: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));

interface Written {
  readonly name: string;
  readonly status: EtcdRecovery['status'];
}

/** Recoveries over an API server that has these, and on whose other answers every look waits, as on a slow step. */
function start(items: readonly EtcdRecovery[], apply?: KubeClient['apply']) {
  const looked = new Set<string>();
  const { promise: slow, reject: failSlowLooks } = Promise.withResolvers<never>();
  const written: Written[] = [];
  const get = ((
    kind: ResourceKind,
    name: string,
    _namespace: string,
    { signal }: { readonly signal?: AbortSignal },
  ) => {
    if (kind.kind !== 'EtcdRecovery') return Promise.race([slow, aborted(signal)]);
    looked.add(name);
    return Promise.resolve(items.find(({ metadata }) => metadata.name === name));
  }) as KubeClient['get'];
  const list = (() => Promise.resolve({ metadata: { resourceVersion: '1' }, items })) as unknown as KubeClient['list'];
  async function* watch(_: unknown, { signal }: { readonly signal?: AbortSignal }) {
    yield* [];
    await aborted(signal);
  }
  const write = ((kind, object, options) => {
    const { metadata, status } = object as unknown as EtcdRecovery;
    written.push({ name: metadata.name, status });
    return (
      apply?.(kind, object, options) ?? Promise.resolve({ ...object, metadata: { ...metadata, resourceVersion: '2' } })
    );
  }) as KubeClient['apply'];
  const recoveries = new Recoveries({
    watchdog: { during: (_what, work) => work() },
    client: {
      ...fakeClient({ get, list, watch: watch as never, apply: write }),
      podLog: () => Promise.reject(new Error('no logs')),
    },
    watchNamespaces: [],
    repairNamespaces: [],
    pace: { observeMs: 30_000, settledMs: 15_000, startUpMs: 120_000 },
    secrets: { secret: () => Promise.resolve(undefined), forgetSecret: () => undefined },
    node: () => undefined,
    guard: () => guard(),
    installation: 'operator',
    events: new EventRecorder({ client: fakeClient({}), log: silent, reportingInstance: 'pod' }),
    isLeader: () => true,
    metrics: createMetrics({ controller: 'pairs', concurrency: 1, leaseName: 'lease', version: 'test' }),
    clock: new VirtualClock(),
    log: silent,
    onChange: () => undefined,
  });
  started.push(recoveries);
  recoveries.start();
  return { looked, written, endSlowLooks: () => failSlowLooks(new ApiError('get', { code: 500, reason: 'Slow' })) };
}

const named = (...names: readonly string[]): EtcdRecovery[] =>
  names.map((name) => recovery({ guardName: `etcd-of-${name}` }, undefined, { name }) as EtcdRecovery & KubeObject);
const eventually = (what: string, is: () => boolean): Promise<unknown> =>
  until(what, () => Promise.resolve(is()), { timeoutMs: 5_000 });

describe('an EtcdRecovery that is made while the operator is busy with four others', () => {
  it('says in its status that it waits for one of them, and the four that are worked on are left alone', async () => {
    const { looked, written } = start(named('a', 'b', 'c', 'd', 'fifth', 'sixth'));
    await eventually('the fifth and the sixth to have a state', () => written.length === 2);
    expect([...looked].sort()).toEqual(['a', 'b', 'c', 'd']);
    const status = {
      observedGeneration: 1,
      state: 'Planned',
      message:
        'waits for the operator, which is busy with other EtcdRecoveries; planning begins as soon as it has time',
    };
    const reconciling = expect.objectContaining({ type: 'Reconciling', status: 'True', reason: 'Planning' });
    const first = { ...status, conditions: expect.arrayContaining([reconciling]) };
    expect(written).toEqual([
      { name: 'fifth', status: first },
      { name: 'sixth', status: first },
    ]);
  });

  it('keeps the state that it has', async () => {
    const asked = recovery({ guardName: 'other' }, { state: 'AwaitingApproval' }, { name: 'asked' });
    const { written } = start([...named('a', 'b', 'c', 'd'), asked, ...named('new')]);
    await eventually('the new one to have a state', () => written.length > 0);
    expect(written.map(({ name }) => name)).toEqual(['new']);
  });

  it('is planned when one of them is done with, even where its status was refused', async () => {
    const refused = new ApiError('apply', { code: 403, reason: 'Forbidden' });
    const { looked, written, endSlowLooks } = start(named('a', 'b', 'c', 'd', 'fifth'), () => Promise.reject(refused));
    await eventually('the status of the fifth to be refused', () => written.length === 1);
    endSlowLooks();
    await eventually('the fifth to be looked at', () => looked.has('fifth'));
  });
});
