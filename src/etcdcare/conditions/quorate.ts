import { blind, type Assessment, type Finding } from './assessment.ts';

const type = 'Quorate';

/** Whether etcd can decide anything. */
export function quorate(assessment: Assessment): Finding<typeof type> {
  const { quorum } = assessment;
  // One member that reads through the quorum proves it, whatever is hidden from the operator.
  if (quorum.verdict === 'Quorate')
    return {
      type,
      status: 'True',
      reason: 'Quorate',
      message: `${quorum.healthy} of ${quorum.voters} voters are healthy, ${quorum.needed} are needed`,
    };
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  if (quorum.verdict === 'Lost')
    return {
      type,
      status: 'False',
      reason: 'QuorumLost',
      message: `${quorum.evidence}; ${quorum.needed} of ${quorum.voters} voters are needed`,
    };
  return {
    type,
    status: 'Unknown',
    reason: 'NotProven',
    message: 'no member serves a linearizable read, and nothing proves that the quorum is lost',
  };
}
