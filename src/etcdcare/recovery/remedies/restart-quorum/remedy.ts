import { z } from 'zod';
import { startsExisting } from '../../../setup/initial-state.ts';
import { podNames } from '../../../setup/etcd-setup.ts';
import { textOf, textsOf } from '../../details.ts';
import type { Plan, Planned, Planning, Remedy, Step } from '../../remedy.ts';
import { isStopped, layoutOf } from '../rebuild/layout.ts';
import { withoutQuorum } from '../rebuild/plan.ts';
import { survey } from '../rebuild/survey.ts';
import { etcdContainer } from '../replace-member/replacement.ts';
import { inBackOff, restartOnce } from '../restart-pod.ts';
import { scaleUp, stopEtcd, stopNotes } from '../stop-etcd.ts';
import { decideRestart, type QuorumDecision } from './decide.ts';
import { setForgetfulAside } from './set-forgetful-aside.ts';

const LOOK_MS = 1_000;
/** Start-up scripts ask every peer, and members wait for each other. */
const BACK_WITHIN_MS = 600_000;

/**
 * Brings a lost quorum back by starting members whose data is intact: with a majority of them nothing that was ever
 * acknowledged is lost. Members without intact data are left as they are; when there is a quorum again they are replaced.
 */
export const restartQuorum: Remedy = {
  action: 'RestartQuorum',
  plan,
  details: z.strictObject({
    stopAll: z.enum(['yes', 'no']),
    pods: z.array(z.string()),
    intact: z.array(z.string()),
  }),
  notes: z.strictObject(stopNotes),
  steps: [stopAllWhereNeeded(), setForgetfulAside, startMembers(), quorumIsBack()],
};

async function plan(planning: Planning): Promise<Planned> {
  const { world } = planning;
  const layout = layoutOf(world);
  if ('why' in layout) return { state: 'Refused', why: layout.why };
  const unfit = withoutQuorum(world);
  if (unfit) return unfit;
  const seen = await survey(planning, world, layout);
  if (seen.state === 'Waiting') return { state: 'Waiting', why: seen.why, againMs: LOOK_MS };
  const container = etcdContainer(world);
  const decision = decideRestart({
    sources: seen.sources,
    members: layout.members.length,
    replicas: world.facts.setup.replicas,
    startsExisting: container !== undefined && startsExisting(container),
    crashing: world.facts.pods.filter(({ ready, crash }) => !ready && crash).map(({ name }) => name),
  });
  if (decision.state === 'Refused') return decision;
  const evidence = isStopped(world) ? 'nothing of etcd runs' : (world.ailment?.evidence ?? world.quorum.evidence);
  return { state: 'Planned', plan: planFor(planning, layout.members.length, decision, evidence) };
}

function planFor(
  { world }: Planning,
  members: number,
  { intact, others, pods, stopAll, empty }: Extract<QuorumDecision, { readonly state: 'Restart' }>,
  evidence: string,
): Plan {
  const { name } = world.facts.setup;
  const rest = others.length === 0 ? '' : `; ${others.join(', ')} are left as they are, to be replaced later`;
  return {
    steps: [
      stopAll
        ? `scale StatefulSet ${name} to 0, and have its template say the state existing, for good, so that no member without data makes a cluster of its own`
        : 'nothing has to be stopped',
      'see that no member without data has begun anew meanwhile; what one has written is renamed',
      stopAll
        ? `scale to ${members}`
        : `delete the pods ${pods.join(', ')} where the kubelet keeps them waiting, so that they start at once`,
      `see that ${intact.join(', ')} read through the quorum again${rest}`,
    ],
    mayLose: 'nothing that etcd has acknowledged: a majority of the members has its data whole',
    undo: 'nothing to undo: no data is changed',
    evidence,
    details: { stopAll: stopAll ? 'yes' : 'no', pods, intact },
    ...(empty.length > 0 ? { needsPerson: true } : {}),
  };
}

function stopAllWhereNeeded(): Step {
  return {
    ...stopEtcd,
    run: (work) =>
      textOf(work.details, 'stopAll') === 'yes'
        ? stopEtcd.run(work)
        : Promise.resolve({ state: 'Done', message: 'nothing had to be stopped' }),
  };
}

function startMembers(): Step {
  return {
    name: 'StartMembers',
    safeToStop: true,
    run: async (work) => {
      const world = await work.look();
      if (textOf(work.details, 'stopAll') === 'yes') {
        const members = world.facts.setup.initialCluster.length;
        if (!(await scaleUp(work, world, members)))
          return { state: 'Waiting', message: `scales to ${members}`, againMs: 0 };
        return { state: 'Done', message: `scaled to ${members}` };
      }
      const pods = textsOf(work.details, 'pods');
      const waiting = world.facts.pods.filter(
        (pod) => pods.includes(pod.name) && inBackOff(pod) && pod.createdAt < work.stepStarted,
      );
      for (const pod of waiting)
        if (!(await restartOnce(work, pod, pod.uid)))
          return { state: 'Waiting', message: `looks at ${pod.name} again`, againMs: LOOK_MS };
      return {
        state: 'Done',
        message: `deleted ${waiting.map(({ name }) => name).join(', ') || 'no pod: all have started'}`,
      };
    },
  };
}

function quorumIsBack(): Step {
  return {
    name: 'QuorumIsBack',
    safeToStop: true,
    withinMs: BACK_WITHIN_MS,
    run: async (work) => {
      const { quorum, facts } = await work.look();
      const intact = textsOf(work.details, 'intact');
      const healthy = (quorum.members ?? []).filter((member) => member.healthy).flatMap(({ podName }) => podName ?? []);
      const awaited = intact.filter((pod) => !healthy.includes(pod));
      if (quorum.verdict !== 'Quorate' || awaited.length > 0)
        return { state: 'Waiting', message: `waits for ${awaited.join(', ') || 'a quorum'}`, againMs: LOOK_MS };
      const left = podNames(facts.setup).filter((pod) => !healthy.includes(pod));
      return {
        state: 'Done',
        message: `${healthy.join(', ')} are a quorum again${left.length === 0 ? '' : `; ${left.join(', ')} ${left.length === 1 ? 'is' : 'are'} not healthy`}`,
      };
    },
  };
}
