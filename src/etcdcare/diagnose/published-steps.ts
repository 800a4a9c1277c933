import type { Case, Check } from './ailment.ts';
import { bringBackIntact, steps } from './advice.ts';
import { podsOf, testimony, witnesses } from './evidence.ts';

const orphaned = /has already been bootstrapped|No active endpoints in cluster/;
/** Claims of one StatefulSet are made together; made again, they are younger. */
const MADE_AGAIN_MS = 600_000;

/**
 * Milvus' published steps half done: scaled to one, claims of the others deleted, scaled back. The members that were
 * emptied cannot join (state `new`: "already been bootstrapped"; `existing`: "No active endpoints"), and the one that is
 * left has no quorum.
 */
export const publishedSteps: Check = ({ facts, quorum }: Case) => {
  if (quorum.verdict === 'Quorate') return undefined;
  const { setup, pods } = facts;
  const scaledDown = quorum.verdict === 'Lost' && setup.initialCluster.length > setup.replicas;
  const renewed = renewedClaims(facts);
  const empty = witnesses(facts, orphaned);
  const emptied = podsOf(empty);
  // So many empty members that the others are no majority: however it came to that, nobody can join any more.
  const tooMany = quorum.voters - empty.length < quorum.needed;
  const certain = emptied.some((name) => renewed.includes(name));
  if (!scaledDown && !(empty.length > 0 && (tooMany || certain))) return undefined;
  const source = pods.find(({ name }) => !emptied.includes(name) && !renewed.includes(name))?.name ?? `${setup.name}-0`;
  return {
    case: 'PublishedStepsHalfDone',
    pods: scaledDown ? pods.map(({ name }) => name) : emptied,
    evidence: scaledDown
      ? `StatefulSet ${setup.name} has ${setup.replicas} of the ${setup.initialCluster.length} members in its initial cluster, and no quorum`
      : `${certain ? `the claims of ${renewed.join(', ')} were made after the others; ` : ''}${testimony(empty)}`,
    certainty: certain && !scaledDown ? 'Certain' : 'Likely',
    remedy: scaledDown
      ? `${steps(
          `If the claims of the other members still exist (kubectl get pvc), scale back to ${setup.initialCluster.length} at once: with a majority of intact volumes nothing is lost.`,
          `If they were deleted, do not scale up: go on with the runbook etcd-quorum-lost, with ${source} as the source.`,
        )} ${bringBackIntact}`
      : steps(
          `Stop Milvus. Save a snapshot from ${source} itself (etcdctl snapshot save works without a quorum) and check it.`,
          'Scale the StatefulSet to 0.',
          'Restore that one snapshot into the volume of every member (etcdutl snapshot restore with --name, --initial-cluster, a fresh --initial-cluster-token, --bump-revision 1000000000 --mark-compacted), beside the old data, which is renamed and kept.',
          'Only when every volume is prepared, scale back; see the runbook etcd-quorum-lost. A member left empty, or with old data, splits or destroys the cluster.',
        ),
  };
};

/** Pods with a claim that is much younger than the oldest of this etcd. */
function renewedClaims({ pods }: Case['facts']): readonly string[] {
  const made = pods.flatMap(({ name, claims }) =>
    claims.flatMap(({ createdAt }) => (createdAt ? [{ name, ms: createdAt.getTime() }] : [])),
  );
  const oldest = Math.min(...made.map(({ ms }) => ms));
  return made.filter(({ ms }) => ms - oldest > MADE_AGAIN_MS).map(({ name }) => name);
}
