import type { Case, Check } from './ailment.ts';

/** A voter that no pod of the StatefulSet runs: it counts against the quorum and never helps. */
export const memberWithoutPod: Check = ({ quorum, facts }: Case) => {
  // A listed member whose pod is merely away (missing or not answering) is another matter.
  const expected = new Set([...facts.pods.map(({ name }) => name), ...facts.missing]);
  const strangers = (quorum.members ?? []).filter(
    ({ podName, name, peerURLs }) =>
      podName === undefined &&
      !expected.has(name) &&
      !facts.missing.some((pod) => peerURLs.some((url) => url.includes(`//${pod}.`))),
  );
  if (strangers.length === 0) return undefined;
  const named = strangers.map(
    ({ id, name, peerURLs }) => `${id.toString(16)} (${name || 'never started'}, ${peerURLs.join(', ')})`,
  );
  return {
    case: 'MemberWithoutPod',
    pods: [],
    evidence: `the member list has ${named.join('; ')}, which no pod of StatefulSet ${facts.setup.name} runs`,
    certainty: 'Likely',
    remedy:
      'If that member is gone for good (the StatefulSet was scaled down, or an addition was broken off), remove it at a healthy member: etcdctl member remove <id>. Scale a StatefulSet of etcd down only after its member was removed.',
  };
};
