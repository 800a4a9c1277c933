import type { EtcdFacts } from '../facts.ts';
import { answered } from './quorum.ts';

/** Writes that may pass between reading the revision and the index inside one status call. */
const SLACK = 64n;

/**
 * Members of one cluster apply the same log, and an entry raises the revision by one at most: so revisions cannot lie
 * further apart than applied indexes. Where they do, the members did not start from the same data.
 */
export function revisionsThatDoNotFit(
  facts: EtcdFacts,
): { readonly pods: readonly string[]; readonly evidence: string } | undefined {
  const seen = answered(facts).map(({ podName, answer: { status } }) => ({
    podName,
    clusterID: status.header.clusterID,
    revision: status.header.revision,
    applied: status.raftAppliedIndex,
  }));
  const [most] = seen.toSorted((a, b) => (a.revision < b.revision ? 1 : a.revision > b.revision ? -1 : 0));
  if (!most) return undefined;
  const behind = seen.filter(
    ({ clusterID, revision, applied }) =>
      clusterID === most.clusterID && most.revision - revision > distance(most.applied, applied) + SLACK,
  );
  if (behind.length === 0) return undefined;
  const names = behind.map(({ podName }) => podName).sort();
  return {
    pods: names,
    evidence: `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} applied the same log as ${most.podName} and ${names.length === 1 ? 'stands' : 'stand'} at a much lower revision`,
  };
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}
