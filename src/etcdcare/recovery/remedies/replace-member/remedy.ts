import { z } from 'zod';
import type { Plan, Remedy } from '../../remedy.ts';
import type { EtcdWorld } from '../../world.ts';
import { startsExisting } from '../../../setup/initial-state.ts';
import { membersAgree } from '../members-agree.ts';
import { unprovenTools } from '../tools-proof.ts';
import { quorateNotes, whileQuorate } from '../while-quorate.ts';
import { addLearner, joinNotes, promote, startMember } from './join.ts';
import { removeMember } from './remove-member.ts';
import { renderExisting } from './render-existing.ts';
import { askedForMs, etcdContainer, replacementOf, replacementShape, type Replacement } from './replacement.ts';
import { restartOthers } from './restart-others.ts';
import { restartPod } from './restart-pod.ts';
import { saveSnapshot } from './save-snapshot.ts';
import { setAside, setAsideNotes } from './set-aside.ts';

/** A member whose data is beyond use joins anew and is given everything by the others. */
export const replaceMember: Remedy = {
  action: 'ReplaceMember',
  plan: async (planning) => {
    const { recovery, world, now } = planning;
    const { spec, metadata } = recovery;
    const replacement = replacementOf(world, spec.target?.podName ?? '', metadata.uid, askedForMs(recovery, now));
    if ('why' in replacement) return { ...replacement, againMs: 2_000 };
    const unproven = await unprovenTools(planning, replacement.snapshotFrom);
    return unproven ?? { state: 'Planned', plan: planFor(world, replacement) };
  },
  details: z.strictObject(replacementShape),
  notes: z.strictObject({ ...quorateNotes, ...joinNotes, ...setAsideNotes('SetAside', 'SetAsideAgain') }),
  steps: [
    saveSnapshot,
    renderExisting,
    removeMember,
    ...[
      setAside('SetAside', ''),
      restartPod,
      addLearner,
      setAside('SetAsideAgain', '-again'),
      startMember,
      promote,
      restartOthers,
      membersAgree({ keepsChanges: true }),
    ].map(whileQuorate),
  ],
};

function planFor(world: EtcdWorld, replacement: Replacement): Plan {
  const { pod, operation, joins } = replacement;
  const { dataDir = '' } = world.facts.setup;
  return {
    steps: [
      ...firstSteps(world, replacement),
      `rename ${dataDir} of ${pod} to ${dataDir}.bak-${operation}; nothing of it is deleted`,
      `delete pod ${pod}, so that it is made from the template of now`,
      joins === 'Learner' ? `add a learner for ${pod}` : `leave it to the image of ${pod} to add its member`,
      `rename what a start in between has left in ${dataDir}, if anything`,
      ...lastSteps(world, replacement),
    ],
    mayLose: `nothing: the other members hold everything that was acknowledged, and ${pod} is given it by them`,
    undo: `the old data stays at ${dataDir}.bak-${operation} on the volume of ${pod} until a Cleanup; ${keptChanges(world)}`,
    evidence: evidenceFor(world, pod),
    details: { ...replacement },
  };
}

/** What comes first in words, shared with ReplaceVolume. */
export function firstSteps(world: EtcdWorld, { snapshotFrom, member, pod, operation }: Replacement): readonly string[] {
  const container = etcdContainer(world);
  const known = container !== undefined && startsExisting(container);
  return [
    `save a snapshot of ${snapshotFrom} into recovery-${operation} on its volume, and prove it`,
    known
      ? 'the template says existing already: nothing to change'
      : `set the state of the initial cluster to existing in StatefulSet ${world.set.metadata.name}, for good, while it restarts no pods by itself (updateStrategy OnDelete)`,
    member === '' ? `the members know none in ${pod} any more: nothing to remove` : `remove member ${member} of ${pod}`,
  ];
}

/** What comes last in words, shared with ReplaceVolume. */
export function lastSteps(world: EtcdWorld, { pod, joins }: Replacement): readonly string[] {
  return [
    `wait for the member in ${pod} to join`,
    joins === 'Learner' ? 'let it vote when it has caught up' : 'see that it votes',
    restartsOthers(world)
      ? 'put the update strategy back: the StatefulSet restarts the other pods one by one, as their template has changed'
      : 'no other pod has to be restarted',
    'see that every member reads through the quorum and all hold the same',
  ];
}

/** What stays changed. */
export function keptChanges(world: EtcdWorld): string {
  const container = etcdContainer(world);
  if (container !== undefined && startsExisting(container)) return 'nothing else is changed';
  return world.facts.setup.startUp === 'G1'
    ? 'the template goes on saying existing, and updateStrategy OnDelete stays, as this image removes a member when its pod ends'
    : 'the template goes on saying existing';
}

/** Whether the template changes, and its StatefulSet is one that restarts pods then. */
function restartsOthers(world: EtcdWorld): boolean {
  const container = etcdContainer(world);
  const changes = container !== undefined && !startsExisting(container);
  return changes && world.facts.setup.startUp !== 'G1' && world.set.spec?.updateStrategy?.type !== 'OnDelete';
}

/** What was seen of a member that is to be replaced. */
export function evidenceFor({ ailment, quorum }: EtcdWorld, pod: string): string {
  if (ailment?.pods.includes(pod) === true) return ailment.evidence;
  const found = quorum.members?.find(({ podName }) => podName === pod);
  return found ? `the member in ${pod} is not healthy` : `etcd lists no member for ${pod}`;
}
