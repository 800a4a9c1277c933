import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { EventRecorder } from '../../../src/kube/events.ts';
import { silent, type Log } from '../../../src/base/log.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { fakeClient } from './fake-client.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const pair: KubeObject = {
  apiVersion: 'ha.milvus.io/v1alpha1',
  kind: 'CoordinatorPair',
  metadata: { name: 'rootcoord', namespace: 'ns', uid: 'u' },
};
const happened = { key: 'k', regarding: pair, type: 'Normal', reason: 'Moved', action: 'Move', note: 'n' } as const;

function recorderOn(create: () => Promise<unknown>, maxWaiting = 200) {
  const written: KubeObject[] = [];
  const logged: string[] = [];
  const log: Log = { ...silent, warn: (_fields, message) => logged.push(message) };
  const client = fakeClient({
    create: (_kind: unknown, object: KubeObject) => {
      written.push(object);
      return create();
    },
  } as Partial<KubeClient>);
  const clock = new VirtualClock();
  const recorder = new EventRecorder({ client, reportingInstance: 'pod-0', log, maxWaiting, clock });
  return { recorder, written, logged, clock };
}

describe('the event recorder', () => {
  it('writes what happened, to what, in whose name', async () => {
    const { recorder, written } = recorderOn(() => Promise.resolve({}));
    recorder.record(happened);
    await recorder.flush();
    expect(written).toEqual([
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: expect.stringMatching(/^rootcoord\.[0-9a-f]{20}$/), namespace: 'ns' },
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'ha.milvus.io/coordinator-pair-operator',
        reportingInstance: 'pod-0',
        type: 'Normal',
        reason: 'Moved',
        action: 'Move',
        note: 'n',
        regarding: { apiVersion: pair.apiVersion, kind: pair.kind, name: 'rootcoord', namespace: 'ns', uid: 'u' },
      },
    ]);
  });

  it('names an event by its key alone', async () => {
    const { recorder, written } = recorderOn(() => Promise.resolve({}));
    recorder.record(happened);
    recorder.record({ ...happened, note: 'another text' });
    recorder.record({ ...happened, key: 'another' });
    await recorder.flush();
    const names = written.map(({ metadata }) => metadata.name);
    expect(names[1]).toBe(names[0]);
    expect(names[2]).not.toBe(names[0]);
  });

  it('takes an event that is there for written', async () => {
    const { recorder, logged } = recorderOn(() =>
      Promise.reject(new ApiError('x', { code: 409, reason: 'AlreadyExists' })),
    );
    recorder.record(happened);
    await recorder.flush();
    expect(logged).toEqual([]);
  });

  it('drops and logs what is too much', async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    const { recorder, logged } = recorderOn(() => promise, 2);
    for (const key of ['1', '2', '3']) recorder.record({ ...happened, key });
    expect(logged).toEqual(['an event was dropped']);
    resolve({});
    await recorder.flush();
  });

  it('does not hold up a shutdown for more than two seconds', async () => {
    const { recorder, logged, clock } = recorderOn(() => new Promise(() => undefined));
    for (let i = 0; i < 6; i += 1) recorder.record({ ...happened, key: String(i) });
    void recorder[Symbol.asyncDispose]();
    await clock.advance(2_000);
    // Four were being written (a real client breaks those off); the two that waited are given up.
    expect(logged).toHaveLength(2);
  });
});
