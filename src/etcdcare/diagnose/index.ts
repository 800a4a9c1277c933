import type { EtcdFacts } from '../facts.ts';
import type { Ailment, Check } from './ailment.ts';
import { configuration } from './configuration.ts';
import { corruptAlarm } from './corrupt-alarm.ts';
import { dataDiverged } from './data-diverged.ts';
import { dnsFailing } from './dns-failing.ts';
import { imagePull } from './image-pull.ts';
import {
  alreadyBootstrapped,
  dataDamaged,
  diskFailing,
  diskFull,
  emptyMemberID,
  memberCountUnequal,
  memberLogLost,
  memberRemoved,
  tlsFailing,
} from './log-patterns.ts';
import { memberWithoutPod } from './member-without-pod.ts';
import { noSpaceAlarm } from './no-space-alarm.ts';
import { nodeLost } from './node-lost.ts';
import { operatorBlind } from './operator-blind.ts';
import { outOfMemory } from './out-of-memory.ts';
import { pendingVolume } from './pending-volume.ts';
import { publishedSteps } from './published-steps.ts';
import { quorumOf, type Quorum } from './quorum.ts';
import { allMembersDown, quorumLost } from './quorum-lost.ts';
import { scaledToZero } from './scaled-to-zero.ts';
import { severalClusters } from './several-clusters.ts';
import { splitBrainRisk } from './split-brain-risk.ts';
import { startingUp } from './starting-up.ts';
import { unrecognised } from './unrecognised.ts';
import { unschedulable } from './unschedulable.ts';
import { volumeNotMounted } from './volume-not-mounted.ts';

/**
 * Every ailment that is known, causes before what they cause: the first that is found is named. What asks for care with
 * data (membership, damage, quorum) comes after everything that explains it without; but a split is in the way whatever
 * else is wrong, and has to be kept from happening first.
 */
export const checks: readonly Check[] = [
  scaledToZero,
  splitBrainRisk,
  imagePull,
  configuration,
  pendingVolume,
  unschedulable,
  nodeLost,
  volumeNotMounted,
  outOfMemory,
  corruptAlarm,
  noSpaceAlarm,
  diskFull,
  diskFailing,
  dnsFailing,
  tlsFailing,
  emptyMemberID,
  severalClusters,
  publishedSteps,
  memberRemoved,
  alreadyBootstrapped,
  memberCountUnequal,
  memberLogLost,
  dataDamaged,
  dataDiverged,
  operatorBlind,
  startingUp,
  quorumLost,
  allMembersDown,
  memberWithoutPod,
  unrecognised,
];

/** What ails an etcd, if anything, and how its quorum is. Pure: same facts, same diagnosis. */
export function diagnose(facts: EtcdFacts): { readonly ailment?: Ailment; readonly quorum: Quorum } {
  const quorum = quorumOf(facts);
  for (const check of checks) {
    const ailment = check({ facts, quorum });
    if (ailment) return { ailment, quorum };
  }
  return { quorum };
}
