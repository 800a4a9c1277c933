import { describe, expect, it } from '@jest/globals';
import type { EtcdGuard, EtcdGuardStatus } from '../../../src/api/etcd-guard.ts';
import { viewGuard, type GuardView } from '../../../src/pair/guard-view.ts';

const diagnosis = {
  case: 'DiskFull',
  sinceTime: '2026-01-01T11:00:00Z',
  evidence: 'no space left on device',
  certainty: 'Certain',
  remedy: 'enlarge the volume',
} as const;

/** A guard whose spec is of generation 2, with this said of its members. */
function aGuard(healthy: 'True' | 'False' | 'Unknown' | undefined, status: Partial<EtcdGuardStatus> = {}): EtcdGuard {
  const condition = {
    type: 'Healthy',
    reason: 'Any',
    message: 'etcd-1 is away',
    lastTransitionTime: '',
    status: healthy,
  };
  return {
    metadata: { name: 'etcd', namespace: 'milvus', uid: 'u', resourceVersion: '1', generation: 2 },
    status: { observedGeneration: 2, ...(healthy ? { conditions: [condition] } : {}), ...status },
  } as unknown as EtcdGuard;
}

describe('what a guard says', () => {
  it.each<[string, Parameters<typeof viewGuard>[1], Partial<GuardView>]>([
    ['is that all is well', aGuard('True'), { verdict: 'Healthy' }],
    ['is its diagnosis', aGuard('False', { diagnosis }), { verdict: 'Ailing', diagnosis }],
    ['is nothing while it cannot tell', aGuard('Unknown'), { verdict: 'Silent', why: 'does not know: etcd-1 is away' }],
    ['is nothing before its first look', aGuard(undefined), { verdict: 'Silent', why: 'has not looked at etcd yet' }],
    [
      'is nothing after its spec has changed',
      aGuard('False', { diagnosis, observedGeneration: 1 }),
      { verdict: 'Silent', why: 'has not looked at etcd yet' },
    ],
    [
      'is what it calls unwell where it names no ailment',
      aGuard('False'),
      { verdict: 'Silent', why: 'etcd-1 is away' },
    ],
    ['is awaited while the operator starts', 'NotListed', { verdict: 'Pending' }],
  ])('%s', (_, seen, view) => {
    expect(viewGuard('etcd', seen)).toEqual({ name: 'etcd', ...view });
  });

  it.each<[Parameters<typeof viewGuard>[1], RegExp]>([
    ['NotFound', /does not exist in the pair's namespace; make it, or correct etcd\.guardName/],
    ['NotWatched', /switched off/],
  ])('is nothing when it is %s, with what to do', (seen, why) => {
    expect(viewGuard('etcd', seen)).toEqual({ name: 'etcd', verdict: 'Silent', why: expect.stringMatching(why) });
  });
});
