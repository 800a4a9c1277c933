import { describe, expect, it } from '@jest/globals';
import { APPLIED_HASH, applyOwned } from '../../../src/kube/apply.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { configMapKind } from '../../../src/kube/kinds.ts';
import type { KubeObject, Stored } from '../../../src/kube/objects.ts';
import { fakeClient } from './fake-client.ts';

type ConfigMap = KubeObject & { readonly data: Record<string, string> };
const wish = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'ns' },
  data,
});

/** A server that takes everything as it is and counts. */
function applying() {
  const applied: { readonly object: ConfigMap; readonly force: boolean }[] = [];
  const apply = (_kind: unknown, object: ConfigMap, { force = false } = {}): Promise<Stored<ConfigMap>> => {
    applied.push({ object, force });
    const metadata = { ...object.metadata, uid: 'u', resourceVersion: String(applied.length) };
    return Promise.resolve({ ...object, metadata });
  };
  return { applied, client: fakeClient({ apply } as Partial<KubeClient>) };
}

describe('applying', () => {
  it('is one call for an object that is not there and none for one that is as wished', async () => {
    const { client, applied } = applying();
    const first = await applyOwned(client, configMapKind, wish({ x: '1' }), undefined, { force: true });
    expect(first).toMatchObject({ changed: true, drift: [] });
    const again = await applyOwned(client, configMapKind, wish({ x: '1' }), first.object, { force: true });
    expect(again).toEqual({ object: first.object, changed: false, drift: [] });
    expect(applied).toHaveLength(1);
  });

  it('takes nothing over where it saw nothing, and aims at the uid it saw', async () => {
    const { client, applied } = applying();
    const { object } = await applyOwned(client, configMapKind, wish({ x: '1' }), undefined, { force: true });
    await applyOwned(client, configMapKind, wish({ x: '2' }), object, { force: true });
    expect(applied.map(({ force, object: { metadata } }) => [force, metadata.uid])).toEqual([
      [false, undefined],
      [true, 'u'],
    ]);
  });

  it('writes when a field is wished no more: only the hash tells', async () => {
    const { client, applied } = applying();
    const { object } = await applyOwned(client, configMapKind, wish({ x: '1', y: '2' }), undefined);
    const { drift } = await applyOwned(client, configMapKind, wish({ x: '1' }), object);
    expect(drift).toEqual([`metadata.annotations.${APPLIED_HASH}`]);
    expect(applied).toHaveLength(2);
  });

  it('writes when the live object was changed, and says where', async () => {
    const { client } = applying();
    const { object } = await applyOwned(client, configMapKind, wish({ x: '1' }), undefined);
    const { drift } = await applyOwned(client, configMapKind, wish({ x: '1' }), { ...object, data: { x: 'other' } });
    expect(drift).toEqual(['data.x']);
  });

  it('has the same hash for the same wish in another order', async () => {
    const { client, applied } = applying();
    await applyOwned(client, configMapKind, wish({ x: '1', y: '2' }), undefined);
    await applyOwned(client, configMapKind, wish({ y: '2', x: '1' }), undefined);
    const hashes = applied.map(({ object: { metadata } }) => metadata.annotations?.[APPLIED_HASH]);
    expect(hashes[0]).toMatch(/^[0-9a-f]{20}$/);
    expect(hashes[1]).toBe(hashes[0]);
  });
});
