import type { Case, Check } from './ailment.ts';
import { revisionsThatDoNotFit } from './revisions.ts';

/**
 * Members of one cluster with different data, all of them serving: what comes out when empty members were started with
 * state `new` beside a restored one. etcd itself calls it healthy.
 */
export const dataDiverged: Check = ({ facts }: Case) => {
  const behind = revisionsThatDoNotFit(facts);
  const differing = facts.hashes?.differing ?? [];
  if (behind === undefined && differing.length === 0) return undefined;
  return {
    case: 'DataDiverged',
    pods: behind?.pods ?? differing,
    evidence:
      behind?.evidence ??
      `the hash over all keys at revision ${facts.hashes?.revision ?? 0n} of ${differing.join(', ')} differs from that of the others`,
    certainty: behind ? 'Likely' : 'Certain',
    remedy:
      'Clients see different data by the member that they happen to reach. 1. Stop Milvus. 2. Save a snapshot of each member from its own endpoint and keep all of them. 3. Compare the keys themselves, with their revisions, not how many there are, nor what a majority says: after a split each side may have keys that the other lacks (etcdctl --endpoints=MEMBER --consistency=s get "" --prefix --keys-only --write-out=json). The side whose keys reach back to before the trouble has the data. 4. Name a member of that side in spec.source of an EtcdRecovery with RebuildFromSurvivor, or rebuild by hand; see the runbook etcd-quorum-lost. Delete no volume: what only the other side has is there.',
  };
};
