import { replaceMember } from './advice.ts';
import { crashLine } from './crash-line.ts';

/** A member that came back without the log it had: emptied, and not removed before. */
export const memberLogLost = crashLine({
  case: 'MemberLogLost',
  pattern: /tocommit\(\d+\) is out of range \[lastIndex\(\d+\)\]/,
  remedy: replaceMember,
});
