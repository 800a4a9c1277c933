import { holderOf, standbyOf } from './members.ts';
import { splitText } from './other-role-status.ts';
import type { Assessment } from './conditions/assessment.ts';
import { noConflict } from './conditions/no-conflict.ts';
import { ready } from './conditions/ready.ts';
import { remediationRequired } from './conditions/remediation-required.ts';
import { specValid } from './conditions/spec-valid.ts';
import { stalled } from './conditions/stalled.ts';

/** What the CRD accepts (maxLength). */
const MAX_LENGTH = 1024;

/** The state of the pair in one sentence, for the column and for people. */
export function summaryOf(assessment: Assessment): string {
  const said = sentence(assessment);
  const more = notes(assessment).filter((note) => !said.includes(note));
  return [said, ...more].join('; ').slice(0, MAX_LENGTH);
}

/** What a person should know or do beside it: what is in the way, what waits for approval, and why nothing moves. */
function notes(assessment: Assessment): readonly string[] {
  const { flappingUntil, rolloutStalledAt } = assessment;
  const spec = specValid(assessment);
  const conflict = noConflict(assessment);
  const required = remediationRequired(assessment);
  const stuck = stalled(assessment);
  return [
    ...(spec.status === 'False' ? [spec.message] : []),
    ...(conflict.status === 'False' ? [conflict.message] : []),
    ...(flappingUntil ? [`ACTIVE changes too often: planned moves wait until ${flappingUntil.toISOString()}`] : []),
    ...(stuck?.reason === 'StandbyNotUp' || rolloutStalledAt !== undefined ? [stuck?.message ?? ''] : []),
    ...(required.status === 'True' ? [`waits for a person (${required.reason}): see RemediationRequired`] : []),
  ].filter((note) => note !== '');
}

function sentence(assessment: Assessment): string {
  const verdict = ready(assessment);
  const active = holderOf(assessment.members);
  const holder = active?.pod;
  const standby = standbyOf(assessment.members)?.pod;
  if (verdict.status === 'True' && holder && standby)
    return `${holder.name} is ACTIVE${on(holder.nodeName)}, ${standby.name} stands by${on(standby.nodeName)}${split(assessment)}`;
  if (verdict.status === 'False' && active?.state !== 'Stopping' && holder && !standby)
    return `${holder.name} is ACTIVE${on(holder.nodeName)}, alone: ${verdict.message}`;
  return verdict.message;
}

/** That a `mixture` shares its roles, and who has which. */
function split({ members, otherRoles }: Assessment): string {
  const text = splitText(members, otherRoles);
  return text === undefined ? '' : `; the roles are split: ${text}`;
}

function on(nodeName: string | undefined): string {
  return nodeName === undefined ? '' : ` on ${nodeName}`;
}
