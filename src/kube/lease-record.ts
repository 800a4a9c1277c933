import { leaseKind } from './kinds.ts';
import { microTime } from './micro-time.ts';
import type { KubeObject, Stored } from './objects.ts';

/** A Lease as stored. Times are strings of MicroTime and only for people: each was written by somebody else's clock. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** Who holds it; undefined when it is free. */
export function holderOf(lease: Lease): string | undefined {
  const holder = lease.spec?.holderIdentity;
  return holder === '' ? undefined : holder;
}

/** Two sights of the same promise: nobody renewed, took or released the Lease in between. */
export function sameRecord(a: Lease, b: Lease): boolean {
  return (
    a.metadata.uid === b.metadata.uid &&
    a.spec?.holderIdentity === b.spec?.holderIdentity &&
    a.spec?.renewTime === b.spec?.renewTime &&
    a.spec?.acquireTime === b.spec?.acquireTime &&
    a.spec?.leaseTransitions === b.spec?.leaseTransitions &&
    a.spec?.leaseDurationSeconds === b.spec?.leaseDurationSeconds
  );
}

/** `lease` taken or renewed by `identity`. Its resourceVersion makes the write fail when another came first. */
export function claimed(lease: Stored<Lease>, identity: string, durationSeconds: number, now: Date): Lease {
  const ours = holderOf(lease) === identity;
  return {
    ...lease,
    spec: {
      ...lease.spec,
      holderIdentity: identity,
      leaseDurationSeconds: durationSeconds,
      acquireTime: (ours ? lease.spec?.acquireTime : undefined) ?? microTime(now),
      renewTime: microTime(now),
      leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + (ours ? 0 : 1),
    },
  };
}

/** A Lease that did not exist, taken by `identity`. */
export function firstClaim(
  namespace: string,
  name: string,
  identity: string,
  durationSeconds: number,
  now: Date,
): Lease {
  const time = microTime(now);
  return {
    apiVersion: `${leaseKind.group}/${leaseKind.version}`,
    kind: leaseKind.kind,
    metadata: { name, namespace },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: durationSeconds,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: 0,
    },
  };
}

/** `lease` given back: free at once for whoever looks next. As client-go leaves it. */
export function released(lease: Stored<Lease>, now: Date): Lease {
  const time = microTime(now);
  return {
    ...lease,
    spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time },
  };
}
