import type { Case, Check } from './ailment.ts';
import { standingAlarms } from './alarms.ts';
import { podsOf, testimony, witnesses } from './evidence.ts';

const told =
  /Active Alarm\(s\):.*CORRUPT|alarm:CORRUPT|found data inconsistency with peers|etcdserver: corrupt cluster/;

/** etcd itself has found that members differ. */
export const corruptAlarm: Check = (input: Case) => {
  const standing = standingAlarms(input, 'CORRUPT');
  const found = witnesses(input.facts, told, { events: true });
  if (standing.evidence === undefined && found.length === 0) return undefined;
  return {
    case: 'CorruptAlarm',
    pods: [...new Set([...standing.pods, ...podsOf(found)])],
    evidence: standing.evidence ?? testimony(found),
    certainty: 'Certain',
    remedy:
      '1. Stop Milvus, so that nothing more is written. 2. Save a snapshot of each member from its own endpoint (etcdctl snapshot save) and keep the volumes. 3. Compare the members (etcdctl endpoint hashkv --cluster): the set that agrees and is the majority holds the data. 4. Replace the member that differs, one at a time; see the runbook etcd-diagnoses. Never disarm this alarm by hand first.',
  };
};
