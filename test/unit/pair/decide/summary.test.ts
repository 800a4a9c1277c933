import { expect, it } from '@jest/globals';
import type { CoordinatorPairStatus } from '../../../../src/api/coordinator-pair.ts';
import { annotations } from '../../../../src/api/names.ts';
import type { EtcdFacts, PairFacts } from '../../../../src/pair/facts.ts';
import { facts, known, settle, unreachable } from '../support/facts.ts';
import { aPod } from '../support/pods.ts';
import { aPair } from '../support/pair.ts';
import * as situations from '../support/situations.ts';
import { isoAfter } from '../support/time.ts';

/** Changes of ACTIVE that nobody planned, a minute apart, until now. */
const failovers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ time: isoAfter(-60 * index), type: 'Failover' }));

it.each<[string, PairFacts, RegExp]>([
  ['a pair at rest', facts(), /^rootcoord-0 is ACTIVE on node-a, rootcoord-1 stands by on node-b$/],
  [
    'an ACTIVE alone',
    facts({ pods: [aPod('rootcoord-0')], etcd: known(situations.firstAlone, 30) }),
    /^rootcoord-0 is ACTIVE on node-a, alone: no second process/,
  ],
  ['nobody', facts({ pods: [situations.waitingForImage], etcd: known(situations.nobody) }), /ImagePullBackOff/],
  ['a pair whose etcd is gone', facts({ etcd: unreachable }), /^etcd cannot be read since/],
  [
    'a stopped pair',
    situations.withSpec({ runState: 'Stopped' }, { pods: [], etcd: known(situations.nobody) }),
    /stopped/,
  ],
  ['a broken spec', situations.invalid, /spec\.version/],
  [
    'a pair whose etcd wants a login that the spec does not have',
    facts({ etcd: { ...unreachable, message: 'etcd wants a login' } as EtcdFacts }),
    /^etcd cannot be read since .*: etcd wants a login$/,
  ],
  [
    'a pair at rest for which something waits for approval',
    {
      ...facts(),
      pair: aPair({
        spec: { role: 'datacoord' },
        metadata: { annotations: { [annotations.garbageCollectionOff]: 'rebuild' } },
      }),
    },
    /^rootcoord-0 is ACTIVE .*stands by on node-b; waits for a person \(GarbageCollectionOff\): see RemediationRequired$/,
  ],
  [
    'a pair at rest of which a child is refused',
    facts({ problems: [{ reason: 'RejectedByServer', message: 'the API server refuses Service/x: quota' }] }),
    /^rootcoord-0 is ACTIVE .*; the API server refuses Service\/x: quota$/,
  ],
  [
    'a pair at rest that flaps',
    { ...facts(), pair: aPair({ status: { history: failovers(3) } as unknown as CoordinatorPairStatus }) },
    /ACTIVE changes too often: planned moves wait until 2026-/,
  ],
  [
    'a pair of which the StatefulSet can make no pod',
    facts({ pods: [], etcd: known(situations.nobody), creationFailure: 'StatefulSet rootcoord: forbidden: quota' }),
    /^no process has registered as ACTIVE yet: StatefulSet rootcoord: forbidden: quota$/,
  ],
  [
    'an ACTIVE alone whose second pod can not be made',
    facts({
      pods: [aPod('rootcoord-0')],
      etcd: known(situations.firstAlone, 30),
      creationFailure: 'StatefulSet rootcoord: no PriorityClass with name high was found',
    }),
    /alone: no second process is registered in etcd: StatefulSet rootcoord: no PriorityClass/,
  ],
  [
    'a very long problem',
    facts({ problems: [{ reason: 'RejectedByServer', message: 'x'.repeat(5_000) }], etcd: known(situations.nobody) }),
    /^x{1024}$/,
  ],
])('the summary of %s is one sentence', (_, world, expected) => {
  expect(settle(world).status.summary).toMatch(expected);
});
