import { blind, type Assessment, type Finding } from './assessment.ts';

const type = 'Diagnosed';

/** Whether what is wrong, if anything, is known by name. */
export function diagnosed(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { diagnosis, facts } = assessment;
  if (!diagnosis) return { type, status: 'True', reason: 'NothingWrong', message: 'every member is well' };
  const unread = facts.unread.length > 0 ? `; could not be read: ${facts.unread.join(', ')}` : '';
  const message = `${diagnosis.case} (${diagnosis.certainty}) since ${diagnosis.sinceTime}${unread}`;
  if (diagnosis.case === 'Unrecognised') return { type, status: 'False', reason: 'Unrecognised', message };
  if (diagnosis.certainty === 'Suspected') return { type, status: 'False', reason: 'NotCertainYet', message };
  return { type, status: 'True', reason: 'AilmentFound', message };
}
