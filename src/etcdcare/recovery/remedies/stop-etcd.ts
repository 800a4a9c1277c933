import { z } from 'zod';
import { statefulSetKind } from '../../../kube/kinds.ts';
import { scaledBy } from '../../milvus/scaled-by.ts';
import { noFenceMark } from '../../setup/fenced.ts';
import { startsExisting, withStateExisting } from '../../setup/initial-state.ts';
import type { Step, StepOutcome, Work } from '../remedy.ts';
import type { EtcdWorld } from '../world.ts';
import { heldStrategy } from './held-strategy.ts';
import { etcdContainer } from './replace-member/replacement.ts';

const LOOK_MS = 1_000;
/** What {@link stopEtcd} notes: the StatefulSet's generation when nothing ran. */
const FENCED = 'fencedGeneration';
/** Noted once it was scaled down: whoever scales it up after that is somebody else. */
const TOLD = 'etcdTold';
/** The same for a journal that is read back. */
export const stopNotes = {
  [FENCED]: z.exactOptional(z.int()),
  [TOLD]: z.exactOptional(z.literal(true)),
};
/** In the details of a plan for members that serve, and do not hold the same: then their quorum means nothing. */
export const DIVIDED = 'divided';
/** The name of the change that scales it down. */
export const SCALED_DOWN = 'ScaleEtcd';

/**
 * Scales an etcd without a quorum to nothing, waits until every pod is gone, and has the template say `existing`, for
 * good: with `new` a member that lost its data can make a cluster of its own. Without a quorum the image of generation
 * G1, which removes its member when its pod ends, cannot do so.
 */
export const stopEtcd: Step = {
  name: 'StopEtcd',
  safeToStop: true,
  run: async (work) => {
    const world = await work.look();
    const { facts, set, ailment } = world;
    if (work.notes[FENCED] !== undefined) {
      const broken = fenceBroken(world, work);
      return broken === undefined
        ? { state: 'Done', message: 'nothing of etcd runs' }
        : { state: 'Failed', message: broken };
    }
    const over = quorumIsBack(world, work);
    if (over) return over;
    if (facts.setup.replicas > 0) {
      if (work.notes[TOLD] === true)
        return { state: 'Waiting', message: `etcd was started again: ${scaledBy(set)}`, againMs: LOOK_MS };
      if (ailment?.case === 'OperatorBlind')
        return { state: 'Waiting', message: `waits, as etcd cannot be seen: ${ailment.evidence}`, againMs: LOOK_MS };
      await scaleDown(work, world);
      return { state: 'Waiting', message: 'has told etcd to stop', againMs: 0, notes: { [TOLD]: true } };
    }
    if (facts.pods.length > 0) {
      const names = facts.pods.map(({ name }) => name).join(', ');
      return { state: 'Waiting', message: `waits for ${names || 'the pods'} to end`, againMs: LOOK_MS };
    }
    const container = etcdContainer(world);
    const changed = container && !startsExisting(container) ? withStateExisting(container) : container;
    if (!changed)
      return { state: 'Failed', message: 'where the template sets the state of the initial cluster cannot be seen' };
    const held = heldStrategy(set);
    if (changed !== container || held) {
      const { name, namespace, uid, resourceVersion } = set.metadata;
      const containers = set.spec?.template?.spec?.containers?.map((one) => (one === container ? changed : one));
      // With nothing running, an update strategy that was held restarts nothing.
      const patch = {
        metadata: { uid, resourceVersion, ...held?.metadata },
        spec: { template: { spec: { containers } }, ...held?.spec },
      };
      await work.client.mergePatch(statefulSetKind, name, namespace, patch, { signal: work.signal });
      return { state: 'Waiting', message: 'the template says existing from now on, for good', againMs: 0 };
    }
    return {
      state: 'Done',
      message: 'nothing of etcd runs, and the template says existing',
      notes: { [FENCED]: set.metadata.generation ?? 0 },
    };
  },
};

/** The end of a repair that is not needed any more; undefined: there is no quorum. */
export function quorumIsBack(
  { quorum }: Pick<EtcdWorld, 'quorum'>,
  { details }: Pick<Work, 'details'>,
): StepOutcome | undefined {
  if (quorum.verdict !== 'Quorate' || details[DIVIDED] !== undefined) return undefined;
  return {
    state: 'Over',
    message:
      'etcd has a quorum again by itself: nothing has to be repaired, no data was touched, and what was stopped is started again',
  };
}

/**
 * The notes of a recovery that another one goes on with: a person who approves that has had reasons to change the
 * StatefulSet meanwhile. With nothing of etcd running now, the fence counts from here; the scripts see for themselves
 * whether the data is still that of the plan.
 */
export function refenced(notes: Work['notes'], { facts, set }: EtcdWorld): Work['notes'] {
  const isStopped = facts.setup.replicas === 0 && facts.pods.length === 0;
  return notes[FENCED] === undefined || !isStopped ? notes : { ...notes, [FENCED]: set.metadata.generation ?? 0 };
}

/** Why it is not certain any more that nothing of etcd ran since it was stopped; undefined: it is. */
export function fenceBroken({ facts, set }: EtcdWorld, { notes }: Pick<Work, 'notes'>): string | undefined {
  const pods = facts.pods.map(({ name }) => name);
  if (pods.length === 0 && set.metadata.generation === notes[FENCED]) return undefined;
  const who = pods.length > 0 ? `${pods.join(', ')} ran` : 'somebody changed it';
  const by = facts.setup.replicas > 0 ? `; ${scaledBy(set)}` : '';
  return `StatefulSet ${set.metadata.name} was at 0 and ${who} since${by}: keep whoever did so from it (an upgrade by Helm, Argo CD, a person), then make another EtcdRecovery`;
}

/** Scales it up to all members again. @returns whether it is. */
export async function scaleUp(work: Work, { facts, set }: EtcdWorld, members: number): Promise<boolean> {
  if (work.changes.some(({ name }) => name === SCALED_DOWN)) {
    await work.putBack(SCALED_DOWN);
    return false;
  }
  if (facts.setup.replicas === members) return true;
  const { name, namespace, uid, resourceVersion } = set.metadata;
  const annotations = facts.setup.fencedBy === undefined ? {} : { annotations: noFenceMark };
  const patch = { metadata: { uid, resourceVersion, ...annotations }, spec: { replicas: members } };
  await work.client.mergePatch(statefulSetKind, name, namespace, patch, { signal: work.signal });
  return false;
}

async function scaleDown(work: Work, { facts, set }: EtcdWorld): Promise<void> {
  const { name, namespace = '', uid, resourceVersion } = set.metadata;
  const { replicas } = facts.setup;
  const change = {
    name: SCALED_DOWN,
    what: `StatefulSet ${name} is scaled from ${replicas} to 0`,
    kind: 'StatefulSet' as const,
    object: { name, namespace, uid },
    patch: { spec: { replicas: 0 } },
    putBack: { spec: { replicas } },
  };
  await work.change(change, resourceVersion);
}
