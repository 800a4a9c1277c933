import { blind, type Assessment, type Finding } from './assessment.ts';

const type = 'Healthy';

/** Whether every member is well. */
export function healthy(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { diagnosis, quorum } = assessment;
  if (!diagnosis)
    return { type, status: 'True', reason: 'AllMembersHealthy', message: `all ${quorum.voters} members are healthy` };
  const message = `${diagnosis.case} since ${diagnosis.sinceTime}: ${diagnosis.evidence}; see status.diagnosis.remedy`;
  if (diagnosis.case === 'StartingUp') return { type, status: 'False', reason: 'StartingUp', message };
  return { type, status: 'False', reason: quorum.verdict === 'Lost' ? 'NoQuorum' : 'Degraded', message };
}
