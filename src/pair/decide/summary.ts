import { holderOf, standbyOf } from './members.ts';
import type { Assessment } from './conditions/assessment.ts';
import { ready } from './conditions/ready.ts';

/** What the CRD accepts (maxLength). */
const MAX_LENGTH = 1024;

/** The state of the pair in one sentence, for the column and for people. */
export function summaryOf(assessment: Assessment): string {
  return sentence(assessment).slice(0, MAX_LENGTH);
}

function sentence(assessment: Assessment): string {
  const verdict = ready(assessment);
  const active = holderOf(assessment.members);
  const holder = active?.pod;
  const standby = standbyOf(assessment.members)?.pod;
  if (verdict.status === 'True' && holder && standby)
    return `${holder.name} is ACTIVE${on(holder.nodeName)}, ${standby.name} stands by${on(standby.nodeName)}`;
  if (verdict.status === 'False' && active?.state !== 'Stopping' && holder && !standby)
    return `${holder.name} is ACTIVE${on(holder.nodeName)}, alone: ${verdict.message}`;
  return verdict.message;
}

function on(nodeName: string | undefined): string {
  return nodeName === undefined ? '' : ` on ${nodeName}`;
}
