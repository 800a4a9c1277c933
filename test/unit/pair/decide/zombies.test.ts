import { expect, it } from '@jest/globals';
import { planOf } from '../../../../src/pair/decide/plan.ts';
import { zombieToRestart } from '../../../../src/pair/decide/zombies.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { facts, known } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aContainer, aPod } from '../support/pods.ts';
import * as situations from '../support/situations.ts';
import { after } from '../support/time.ts';

/** rootcoord-0 is ACTIVE, rootcoord-1 has been ready for ten minutes and is not registered. */
const zombie = facts({ etcd: known(situations.firstAlone, 30) });
const never = { ...aPair().spec.remediation, zombieStandby: 'Never' as const };
const victimIn = (world: PairFacts) => zombieToRestart(world, planOf(world).members)?.podUID;

it('a zombie is restarted, bound to the holder that makes it one', () => {
  const world = { ...zombie, unregisteredSince: new Map([['uid-of-rootcoord-1', after(-10)]]) };
  expect(zombieToRestart(world, planOf(world).members)).toMatchObject({
    unregistered: { containerID: 'containerd://first', ready: true },
    podUID: 'uid-of-rootcoord-1',
    holderServerID: 7n,
  });
});

it.each<[string, PairFacts]>([
  [
    'etcd has been steady for less than 15 s',
    facts({ etcd: { ...zombie.etcd, steadySince: after(-14) } as PairFacts['etcd'] }),
  ],
  ['nobody holds the role: the path in etcd may be wrong', facts({ etcd: known(situations.nobody, 30) })],
  ['a stranger holds it: the "zombie" may be the real ACTIVE', facts({ etcd: known(situations.stranger, 30) })],
  [
    'the ACTIVE is not healthy',
    facts({ etcd: zombie.etcd, pods: [aPod('rootcoord-0', { ready: false }), aPod('rootcoord-1')] }),
  ],
  [
    'the ACTIVE is ending',
    facts({ etcd: zombie.etcd, pods: [aPod('rootcoord-0', { terminating: true }), aPod('rootcoord-1')] }),
  ],
  [
    'the second process is young',
    facts({
      etcd: zombie.etcd,
      pods: [aPod('rootcoord-0'), aPod('rootcoord-1', { container: aContainer({ runningSince: after(-30) }) })],
    }),
  ],
  [
    'it has been without a registration for less than 10 s: its kubelet may be late',
    { ...zombie, unregisteredSince: new Map([['uid-of-rootcoord-1', after(-9)]]) },
  ],
  ['it was registered when it was last looked at', { ...zombie, unregisteredSince: new Map() }],
  ['the spec says so', situations.withSpec({ remediation: never }, { etcd: zombie.etcd })],
  ['there is none', facts()],
])('no pod is restarted when %s', (_, world) => {
  expect(victimIn(world)).toBeUndefined();
});
