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
      'Clients see different data by the member that they happen to reach. 1. Stop Milvus. 2. Save a snapshot of each member from its own endpoint, and count the keys below the root path of Milvus in each. 3. Where a majority agrees and has the keys, replace the others one at a time. Where the one with the keys is alone, name it in spec.source of an EtcdRecovery with RebuildFromSurvivor, or rebuild by hand; see the runbook etcd-quorum-lost. Delete no volume.',
  };
};
