import { expect, it } from '@jest/globals';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { facts, known, settle, unreachable } from '../support/facts.ts';
import { aPod } from '../support/pods.ts';
import * as situations from '../support/situations.ts';

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
    'a very long problem',
    facts({ problems: [{ reason: 'RejectedByServer', message: 'x'.repeat(5_000) }], etcd: known(situations.nobody) }),
    /^x{1024}$/,
  ],
])('the summary of %s is one sentence', (_, world, expected) => {
  expect(settle(world).status.summary).toMatch(expected);
});
