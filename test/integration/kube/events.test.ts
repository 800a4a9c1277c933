import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { EventRecorder, eventKind } from '../../../src/kube/events.ts';
import { configMapKind } from '../../../src/kube/kinds.ts';
import { silent, type Log } from '../../../src/base/log.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { useApiServer, type SharedApiServer } from '../support/shared-api-server.ts';
import { configMap, namespaceFor } from './config-maps.ts';

let server: SharedApiServer;
let client: KubeClient & AsyncDisposable;
let namespace: string;
let regarding: KubeObject;

beforeAll(async () => {
  server = await useApiServer();
  client = server.client();
  namespace = await namespaceFor(server, 'events');
  regarding = await client.create(configMapKind, configMap(namespace, 'pair'));
}, 120_000);
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const moved = { type: 'Normal', reason: 'SwitchedOver', action: 'SwitchOver' } as const;

describe('the event recorder', () => {
  it('writes an Event that kubectl shows with its object', async () => {
    await using recorder = new EventRecorder({ client, reportingInstance: 'operator-0', log: silent });
    recorder.record({ ...moved, key: 'shown', regarding, note: 'a-0 is ACTIVE now' });
    await recorder.flush();
    const shown = await server.kubectl(['describe', 'configmap', 'pair', '-n', namespace]);
    expect(shown).toMatch(/Normal\s+SwitchedOver.*a-0 is ACTIVE now/);
    expect(shown).toContain('ha.milvus.io/coordinator-pair-operator');
  });

  it('writes the same key once, also after a restart', async () => {
    const before = (await client.list(eventKind, { namespace })).items.length;
    for (const reportingInstance of ['operator-0', 'operator-1']) {
      await using recorder = new EventRecorder({ client, reportingInstance, log: silent });
      recorder.record({ ...moved, key: 'repeated', regarding, note: 'once' });
      recorder.record({ ...moved, key: 'repeated', regarding, note: 'once' });
      await recorder.flush();
    }
    expect((await client.list(eventKind, { namespace })).items.length).toBe(before + 1);
  });

  it('cuts a long note so that it is accepted', async () => {
    await using recorder = new EventRecorder({ client, reportingInstance: 'operator-0', log: silent });
    recorder.record({ ...moved, key: 'long', regarding, note: 'é'.repeat(2_000) });
    await recorder.flush();
    const { items } = await client.list<KubeObject & { readonly note: string }>(eventKind, { namespace });
    const long = items.find(({ note }) => note.startsWith('éé'));
    expect(Buffer.byteLength(long?.note ?? '')).toBeLessThanOrEqual(1_024);
    expect(long?.note).toMatch(/^é{500,}…$/);
  });

  it('logs what the API server refuses and goes on', async () => {
    const logged: string[] = [];
    const log: Log = { ...silent, warn: (_fields, message) => logged.push(message) };
    await using recorder = new EventRecorder({ client, reportingInstance: 'operator-0', log });
    const nowhere = { ...regarding, metadata: { ...regarding.metadata, namespace: 'no-such-namespace' } };
    recorder.record({ ...moved, key: 'lost', regarding: nowhere, note: 'lost' });
    await recorder.flush();
    expect(logged).toEqual(['an event could not be written']);
  });
});
