import { standingAlarms } from '../diagnose/alarms.ts';
import { answered } from '../diagnose/quorum.ts';
import { blind, type Assessment, type Finding } from './assessment.ts';

const type = 'SpaceOK';

/** A database file this full of its quota is near the alarm. */
const NEAR = 0.8;

/** Whether the members have room to write. */
export function spaceOK(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { facts, quorum, diagnosis } = assessment;
  const alarm = standingAlarms({ facts, quorum }, 'NOSPACE').evidence;
  if (alarm !== undefined || diagnosis?.case === 'NoSpaceAlarm')
    return { type, status: 'False', reason: 'NoSpaceAlarm', message: alarm ?? diagnosis?.evidence ?? '' };
  if (diagnosis?.case === 'DiskFull') return { type, status: 'False', reason: 'DiskFull', message: diagnosis.evidence };
  const looks = answered(facts);
  const full = looks
    .filter(({ answer }) => answer.status.dbSizeBytes >= facts.setup.quotaBytes * NEAR)
    .map(({ podName }) => podName);
  const quota = `the quota of ${facts.setup.quotaBytes / 2 ** 20} MiB`;
  if (full.length > 0)
    return {
      type,
      status: 'False',
      reason: 'NearQuota',
      message: `the database file of ${full.sort().join(', ')} has reached 80 % of ${quota}; compact and defragment before it is full`,
    };
  if (looks.length === 0) return { type, status: 'Unknown', reason: 'NotObserved', message: 'no member answers' };
  return { type, status: 'True', reason: 'SpaceLeft', message: `no alarm stands, and all are below 80 % of ${quota}` };
}
