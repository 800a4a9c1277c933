import type { PodFacts } from '../pod-facts.ts';
import type { Case, Check } from './ailment.ts';
import { podsOf, testimony, witnesses, type Witness } from './evidence.ts';

const told =
  /lookup (?<host>[^\s:]+)[^:]*:? ?.*(?:no such host|i\/o timeout|server misbehaving|connection refused)|Temporary failure in name resolution|failed to resolve (?<url>\S+)|Headless service domain does not have an IP per initial member/;

/** A name is there this long after the container behind it was started, milliseconds: answers "no such host" are kept. */
const RECORD_AFTER_MS = 60_000;

/**
 * Names that do not resolve although their pods run. A member that is down has no record, so the others cannot find it
 * either: that is a consequence, and not this.
 */
export const dnsFailing: Check = ({ facts }: Case) => {
  const found = witnesses(facts, told).filter((witness) => isTheCause(witness, facts));
  if (found.length === 0) return undefined;
  return {
    case: 'DNSFailing',
    pods: podsOf(found),
    evidence: testimony(found),
    certainty: 'Likely',
    remedy: `Look at the cluster's DNS (kubectl -n kube-system get pods -l k8s-app=kube-dns), at the headless Service ${facts.setup.serviceName} (it must exist and publish addresses that are not ready) and at network policies for port 53. The members heal by themselves once names resolve. Touch no data.`,
  };
};

function isTheCause({ match, at, pod: witness }: Witness, { pods, missing, setup, now }: Case['facts']): boolean {
  const host = match.groups?.['host'] ?? match.groups?.['url'];
  const whole = missing.length === 0 && pods.length >= setup.initialCluster.length;
  const about = host === undefined ? pods : pods.filter(({ name }) => host.includes(`${name}.`));
  // A name of nobody here: of a member whose pod is away, unless all are there.
  if (about.length === 0) return whole;
  const writtenMs = (at ?? now).getTime();
  return (host !== undefined || whole) && about.every((pod) => pod === witness || hadItsRecord(pod, writtenMs));
}

/** It had its address for long enough, when the line was written, that DNS should have known it. */
function hadItsRecord({ ip, container, crash }: PodFacts, writtenMs: number): boolean {
  if (ip === undefined) return false;
  if (crash !== undefined) return true;
  return container.state === 'Running' && writtenMs - container.since.getTime() > RECORD_AFTER_MS;
}
