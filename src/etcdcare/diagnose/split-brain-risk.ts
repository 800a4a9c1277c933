import { steps } from './advice.ts';
import type { Ailment, Case, Check } from './ailment.ts';
import { podsOf, testimony, witnesses } from './evidence.ts';

const emptied = /member [0-9a-f]+ has already been bootstrapped/;

/**
 * Members without data in such number that the others are no majority, started with the state `new`. They end as long as
 * a member with data answers them. Once none does, they make an empty cluster with the ids of the old one (these come from
 * names and token), and the member with data joins it: all is Ready, and the keys differ. Seen with the start-up scripts of
 * milvusdb/etcd 3.5 within 185 to 197 s, when the liveness probe killed the survivor, which has no leader.
 */
export const splitBrainRisk: Check = (input: Case) => stopped(input) ?? threatens(input);

function threatens({ facts, quorum }: Case): Ailment | undefined {
  const { setup } = facts;
  if (quorum.verdict !== 'Lost' || setup.initialClusterState === 'existing') return undefined;
  const found = witnesses(facts, emptied);
  if (found.length === 0 || quorum.voters - found.length >= quorum.needed) return undefined;
  const scale = `kubectl -n ${setup.namespace} scale statefulset ${setup.name} --replicas=0`;
  return {
    case: 'SplitBrainRisk',
    pods: podsOf(found),
    evidence: `${found.length} of ${quorum.voters} members have no data and start with initial-cluster-state new, and the quorum is lost: ${testimony(found)}`,
    certainty: 'Certain',
    remedy: steps(
      `Stop all members at once: ${scale}. Nobody is served meanwhile anyway, and nothing is lost by it. The members without data would form an empty cluster with the same ids as soon as the member with data does not answer them, and that member would join it.`,
      'Set ETCD_INITIAL_CLUSTER_STATE (--initial-cluster-state) to existing, by the values of the chart.',
      'Restore all members from the volume that still has the data; see the runbook etcd-quorum-lost. Delete no volume claim.',
    ),
  };
}

function stopped({ facts: { setup } }: Case): Ailment | undefined {
  if (setup.fencedBy === undefined) return undefined;
  return {
    case: 'SplitBrainRisk',
    pods: [],
    evidence: `EtcdRecovery ${setup.fencedBy} has stopped StatefulSet ${setup.name}, whose members without data could have formed a second cluster; nothing of it runs`,
    certainty: 'Certain',
    remedy: steps(
      `Read and approve the plan of the EtcdRecovery that brings the data back: kubectl -n ${setup.namespace} get etcdrecoveries. Do not scale up before that.`,
      'Delete no volume claim: the volume of one member still has the data.',
    ),
  };
}
