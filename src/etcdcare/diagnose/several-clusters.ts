import type { Case, Check } from './ailment.ts';
import { podsOf, testimony, witnesses } from './evidence.ts';
import { answered } from './quorum.ts';

const told = /request cluster ID mismatch|cluster ID mismatch/;

/** Members of one StatefulSet that belong to different clusters. */
export const severalClusters: Check = ({ facts }: Case) => {
  const ids = clusterIDs(facts);
  const found = witnesses(facts, told);
  if (ids.size < 2 && found.length === 0) return undefined;
  const belongings = [...ids].map(
    ([id, pods]) => `${pods.join(', ')} belong${pods.length === 1 ? 's' : ''} to cluster ${id}`,
  );
  return {
    case: 'SeveralClusters',
    pods: ids.size > 1 ? [...ids.values()].flat().sort() : podsOf(found),
    evidence: ids.size > 1 ? belongings.join('; ') : testimony(found),
    certainty: ids.size > 1 ? 'Certain' : 'Likely',
    remedy:
      'Stop Milvus at once, change nothing else, delete nothing. Save a snapshot of each member from its own endpoint, and compare how many keys each holds below the root path of Milvus (etcdctl get --prefix --keys-only --count-only). Only then decide which member holds the data, and name it in spec.source of an EtcdRecovery with RebuildFromSurvivor, or rebuild by hand; see the runbook etcd-quorum-lost.',
  };
};

/** Pods by the id of their cluster, in hexadecimal. */
export function clusterIDs(facts: Case['facts']): ReadonlyMap<string, readonly string[]> {
  const looks = answered(facts).toSorted((a, b) => (a.podName < b.podName ? -1 : 1));
  const ids = new Map<string, string[]>();
  for (const { podName, answer } of looks) {
    const id = answer.status.header.clusterID.toString(16);
    ids.set(id, [...(ids.get(id) ?? []), podName]);
  }
  return ids;
}
