import type { Case, Check } from './ailment.ts';
import { bringBackIntact, steps } from './advice.ts';
import { lastWords } from './evidence.ts';
import { runningMembers } from './quorum.ts';

/** The third of the published cases: some members run, and there are too few of them. */
export const quorumLost: Check = ({ facts, quorum }: Case) => {
  const running = runningMembers(facts);
  if (quorum.verdict !== 'Lost' || running.length === 0) return undefined;
  const down = downPods(facts, running);
  return {
    case: 'QuorumLost',
    pods: down,
    evidence: `${quorum.evidence}; ${quorum.needed} of ${quorum.voters} voters are needed`,
    certainty: 'Certain',
    remedy: steps(
      bringBackIntact,
      `See why ${down.join(', ') || 'the others'} do not run (kubectl describe pod, kubectl logs --previous) and cure that: with ${quorum.needed} members on their own data etcd goes on where it stopped.`,
      `Meanwhile save a snapshot from ${running[0] ?? ''} itself: etcdctl snapshot save works without a quorum, where no user has to log in.`,
      'Only if fewer data directories are usable than are needed: stop Milvus and rebuild all members from the best source; see the runbook etcd-quorum-lost.',
    ),
  };
};

/** The fourth of the published cases: no member answers, and their containers are seen to be down. */
export const allMembersDown: Check = ({ facts, quorum }: Case) => {
  if (quorum.verdict !== 'Lost' || runningMembers(facts).length > 0) return undefined;
  return {
    case: 'AllMembersDown',
    pods: downPods(facts, []),
    evidence: [quorum.evidence, ...lastWordsOf(facts)].join('; '),
    certainty: 'Certain',
    remedy: steps(
      bringBackIntact,
      'Read the logs of each member (kubectl logs --previous): most often all die of one cause that has nothing to do with their data: a full quota with a liveness probe that asks for it, a full disk, memory, DNS.',
      'Cure that and let them start on their own volumes, all of them: restarting two of three intact members loses nothing, restoring any snapshot may.',
      'Only if fewer data directories are usable than are needed: stop Milvus and rebuild all members from the best of all volumes; see the runbook etcd-quorum-lost.',
    ),
  };
};

function lastWordsOf({ pods }: Case['facts']): readonly string[] {
  return pods.flatMap((pod) => {
    const words = lastWords(pod);
    return words === undefined ? [] : [`${pod.name} last said "${words}"`];
  });
}

function downPods({ pods, missing }: Case['facts'], running: readonly string[]): readonly string[] {
  return [...pods.map(({ name }) => name), ...missing].filter((name) => !running.includes(name)).sort();
}
