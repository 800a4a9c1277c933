import { standingAlarms } from '../diagnose/alarms.ts';
import { answered } from '../diagnose/quorum.ts';
import { revisionsThatDoNotFit } from '../diagnose/revisions.ts';
import { clusterIDs } from '../diagnose/several-clusters.ts';
import { blind, type Assessment, type Finding } from './assessment.ts';

const type = 'Consistent';

/** Whether the members belong together and hold the same. */
export function consistent(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { facts, quorum, diagnosis } = assessment;
  const ids = clusterIDs(facts);
  if (ids.size > 1 || diagnosis?.case === 'SeveralClusters')
    return {
      type,
      status: 'False',
      reason: 'SeveralClusters',
      message:
        diagnosis?.case === 'SeveralClusters'
          ? diagnosis.evidence
          : `members belong to clusters ${[...ids.keys()].join(', ')}`,
    };
  const alarm = standingAlarms({ facts, quorum }, 'CORRUPT').evidence;
  if (alarm !== undefined || diagnosis?.case === 'CorruptAlarm')
    return { type, status: 'False', reason: 'CorruptAlarm', message: alarm ?? diagnosis?.evidence ?? '' };
  const behind = revisionsThatDoNotFit(facts)?.evidence;
  const differing = facts.hashes?.differing ?? [];
  if (behind !== undefined || differing.length > 0)
    return {
      type,
      status: 'False',
      reason: 'DataDiverged',
      message: behind ?? `what ${differing.join(', ')} holds differs from the others by its hash`,
    };
  const compared = answered(facts).length;
  if (compared < 2 && quorum.voters > 1)
    return { type, status: 'Unknown', reason: 'NotComparable', message: 'fewer than two members answer' };
  const [id = ''] = ids.keys();
  if (facts.hashes)
    return {
      type,
      status: 'True',
      reason: 'SameHashes',
      message: `all members belong to cluster ${id} and hold the same`,
    };
  return {
    type,
    status: 'True',
    reason: 'SameCluster',
    message: `the members that answer belong to cluster ${id} and their revisions fit together`,
  };
}
