import { describe, expect, it } from '@jest/globals';
import { claimed, firstClaim, holderOf, released, sameRecord, type Lease } from '../../../src/kube/lease-record.ts';
import type { Stored } from '../../../src/kube/objects.ts';

const now = new Date('2026-01-01T00:00:00.5Z');
const stored = (spec: Lease['spec']): Stored<Lease> => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'l', namespace: 'ns', uid: 'u', resourceVersion: '7', labels: { keep: 'me' } },
  ...(spec === undefined ? {} : { spec }),
});

describe('a lease record', () => {
  it('is free with no holder, an empty one, or no spec', () => {
    expect([{}, { holderIdentity: '' }, undefined].map((spec) => holderOf(stored(spec)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(holderOf(stored({ holderIdentity: 'a' }))).toBe('a');
  });

  it('counts a transition when it is taken, not when it is renewed, and keeps its version', () => {
    const taken = claimed(stored({ holderIdentity: 'a', leaseTransitions: 3 }), 'b', 15, now);
    expect(taken.spec).toMatchObject({
      holderIdentity: 'b',
      leaseTransitions: 4,
      acquireTime: '2026-01-01T00:00:00.500000Z',
    });
    expect(taken.metadata).toMatchObject({ resourceVersion: '7', labels: { keep: 'me' } });
    const renewed = claimed(stored({ holderIdentity: 'b', leaseTransitions: 4, acquireTime: 'then' }), 'b', 15, now);
    expect(renewed.spec).toMatchObject({
      leaseTransitions: 4,
      acquireTime: 'then',
      renewTime: '2026-01-01T00:00:00.500000Z',
    });
  });

  it('is left by its holder as client-go leaves it', () => {
    expect(released(stored({ holderIdentity: 'b', leaseTransitions: 4 }), now).spec).toEqual({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      leaseTransitions: 4,
      acquireTime: '2026-01-01T00:00:00.500000Z',
      renewTime: '2026-01-01T00:00:00.500000Z',
    });
  });

  it('begins with no transition', () => {
    expect(firstClaim('ns', 'l', 'a', 15, now).spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 0 });
  });

  it('is the same promise until its spec changes', () => {
    const lease = stored({ holderIdentity: 'a', renewTime: 'x' });
    const touched = { ...lease, metadata: { ...lease.metadata, resourceVersion: '8' } };
    expect(sameRecord(lease, touched)).toBe(true);
    expect(sameRecord(lease, stored({ holderIdentity: 'a', renewTime: 'y' }))).toBe(false);
  });
});
