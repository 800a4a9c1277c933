import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { withEcho } from '../../../src/kube/echo.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { fakeClient } from './fake-client.ts';

const object: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'ns' } };
const answer = { ...object, metadata: { ...object.metadata, uid: 'u', resourceVersion: '7' } };

describe('a client with an echo', () => {
  it.each([
    ['update', (client: KubeClient) => client.update(podKind, object)],
    ['apply', (client: KubeClient) => client.apply(podKind, object, { force: true })],
    ['mergePatch', (client: KubeClient) => client.mergePatch(podKind, 'a', 'ns', { metadata: { labels: { x: 'y' } } })],
  ])('gives what %s was answered with, and tells it', async (call, change) => {
    const told: unknown[] = [];
    const client = fakeClient({ [call]: () => Promise.resolve(answer) });
    expect(await change(withEcho(client, (kind, written) => void told.push([kind, written])))).toBe(answer);
    expect(told).toEqual([[podKind, answer]]);
  });

  it('tells nothing of a change that was refused', async () => {
    const told: unknown[] = [];
    const refused = new ApiError('conflict', { code: 409, reason: 'Conflict' });
    const client = fakeClient({ apply: () => Promise.reject(refused) });
    const echoing = withEcho(client, (_kind, written) => void told.push(written));
    await expect(echoing.apply(podKind, object)).rejects.toBe(refused);
    expect(told).toEqual([]);
  });
});
