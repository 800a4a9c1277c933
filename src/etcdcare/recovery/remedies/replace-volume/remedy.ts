import { z } from 'zod';
import { isForbidden } from '../../../../kube/errors.ts';
import type { Plan, Planned, Planning, Remedy } from '../../remedy.ts';
import { membersAgree } from '../members-agree.ts';
import { addLearner, joinNotes, promote, startMember } from '../replace-member/join.ts';
import { evidenceFor, firstSteps, keptChanges, lastSteps } from '../replace-member/remedy.ts';
import { removeMember } from '../replace-member/remove-member.ts';
import { renderExisting } from '../replace-member/render-existing.ts';
import { askedForMs, replacementOf, replacementShape, type Replacement } from '../replace-member/replacement.ts';
import { restartOthers } from '../replace-member/restart-others.ts';
import { restartPod } from '../replace-member/restart-pod.ts';
import { saveSnapshot } from '../replace-member/save-snapshot.ts';
import { setAside, setAsideNotes } from '../replace-member/set-aside.ts';
import { unprovenTools } from '../tools-proof.ts';
import { quorateNotes, whileQuorate } from '../while-quorate.ts';
import { keepVolume } from './keep-volume.ts';
import { swapVolume } from './swap-volume.ts';
import { readVolume } from './volume.ts';

/** A member whose volume is lost joins anew on another one; the old one is kept. */
export const replaceVolume: Remedy = {
  action: 'ReplaceVolume',
  plan: planReplaceVolume,
  details: z.strictObject({ ...replacementShape, claim: z.string().min(1), volume: z.string() }),
  notes: z.strictObject({ ...quorateNotes, ...joinNotes, ...setAsideNotes('SetAside') }),
  steps: [
    saveSnapshot,
    renderExisting,
    removeMember,
    ...[
      keepVolume,
      swapVolume,
      restartPod,
      addLearner,
      // A volume that was made by hand may hold old data.
      setAside('SetAside', ''),
      startMember,
      promote,
      restartOthers,
      membersAgree({ keepsChanges: true }),
    ].map(whileQuorate),
  ],
};

async function planReplaceVolume(planning: Planning): Promise<Planned> {
  const { recovery, world, now } = planning;
  const replacement = replacementOf(
    world,
    recovery.spec.target?.podName ?? '',
    recovery.metadata.uid,
    askedForMs(recovery, now),
  );
  if ('why' in replacement) return { ...replacement, againMs: 2_000 };
  const claim = world.claims.get(replacement.pod);
  if (!claim)
    return { state: 'Refused', why: `${replacement.pod} has no volume claim: the StatefulSet makes one with its pod` };
  const volume = claim.spec?.volumeName ?? '';
  try {
    if (volume !== '') await readVolume(planning, volume);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return {
      state: 'Refused',
      why: `the operator may not read PersistentVolume ${volume}, so it could not see to its being kept: give it get and patch on persistentvolumes (the ClusterRole of that name with -volumes, in the chart)`,
    };
  }
  const unproven = await unprovenTools(planning, replacement.snapshotFrom);
  return unproven ?? { state: 'Planned', plan: planFor(planning, replacement, { claim: claim.metadata, volume }) };
}

function planFor(
  { world }: Planning,
  replacement: Replacement,
  { claim, volume }: { readonly claim: { readonly name: string; readonly uid: string }; readonly volume: string },
): Plan {
  const { pod, operation, joins } = replacement;
  const { dataDir = '' } = world.facts.setup;
  return {
    steps: [
      ...firstSteps(world, replacement),
      volume === ''
        ? 'the claim never had a volume: nothing to keep'
        : `set persistentVolumeReclaimPolicy of PersistentVolume ${volume} to Retain, for good, and read it back`,
      `delete claim ${claim.name} and pod ${pod}; the StatefulSet makes both anew, on a new volume`,
      `see that pod ${pod} is made from the template of now`,
      joins === 'Learner' ? `add a learner for ${pod}` : `leave it to the image of ${pod} to add its member`,
      `if the new volume holds old data, rename it to ${dataDir}.bak-${operation}`,
      ...lastSteps(world, replacement),
    ],
    mayLose: `nothing of etcd: the other members hold everything that was acknowledged. What else lies on volume ${volume || 'of the claim'} is kept with it`,
    undo: `PersistentVolume ${volume || '(none)'} stays, Released: to read it, take spec.claimRef away from it and make a claim that names it. The new member cannot be taken back; ${keptChanges(world)}`,
    evidence: evidenceFor(world, pod),
    details: { ...replacement, claim: claim.uid, volume },
  };
}
