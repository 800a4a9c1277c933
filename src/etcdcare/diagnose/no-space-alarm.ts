import type { Case, Check } from './ailment.ts';
import { steps } from './advice.ts';
import { standingAlarms } from './alarms.ts';
import { podsOf, testimony, witnesses } from './evidence.ts';

const told = /Active Alarm\(s\):.*NOSPACE|alarm:NOSPACE|mvcc: database space exceeded/;

/** The database has reached its quota. With the charts' liveness probe the kubelet then kills every member. */
export const noSpaceAlarm: Check = (input: Case) => {
  const standing = standingAlarms(input, 'NOSPACE');
  const found = witnesses(input.facts, told, { events: true });
  if (standing.evidence === undefined && found.length === 0) return undefined;
  return {
    case: 'NoSpaceAlarm',
    pods: [...new Set([...standing.pods, ...podsOf(found)])],
    evidence: standing.evidence ?? testimony(found),
    certainty: 'Certain',
    remedy: steps(
      'If the kubelet kills the members for the alarm, work right after a restart: there are about three minutes.',
      'See that compacting frees enough: dbSizeInUse in etcdctl endpoint status -w json must be well below the quota; if not, raise the quota (ETCD_QUOTA_BACKEND_BYTES, at most 8 GiB) instead.',
      'etcdctl compact <present revision>.',
      'etcdctl defrag at one member after the other, the leader last; none while a member is catching up.',
      'etcdctl alarm disarm, then see that a put works.',
      'Keep the volumes: the data is intact.',
    ),
  };
};
