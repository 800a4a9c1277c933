import type { Case, Check } from './ailment.ts';

/** The operator gets no answer from members that Kubernetes says are well. Blind is not broken. */
export const operatorBlind: Check = ({ facts, quorum }: Case) => {
  if (facts.cannotAsk !== undefined)
    return {
      case: 'OperatorBlind',
      pods: [],
      evidence: facts.cannotAsk,
      certainty: 'Certain',
      remedy: 'Do what the evidence asks for. The etcd itself may be well.',
    };
  const unanswered = facts.looks.flatMap((look) => ('error' in look ? [look] : []));
  const readyButSilent = unanswered.filter(({ podName }) =>
    facts.pods.some(({ name, ready }) => name === podName && ready),
  );
  if (quorum.verdict === 'Quorate' || readyButSilent.length === 0) return undefined;
  return {
    case: 'OperatorBlind',
    pods: readyButSilent.map(({ podName }) => podName),
    evidence: `ready by the word of the kubelet, and without an answer to the operator: ${readyButSilent.map(({ podName, error }) => `${podName} (${error.code}: ${error.message})`).join('; ')}`,
    certainty: 'Likely',
    remedy:
      'Let the operator reach the client port of the pods (network policies), and correct clientTLS and auth of the guard. Nothing is said about the etcd until then.',
  };
};
