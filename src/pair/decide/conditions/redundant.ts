import { holderOf, standbyOf } from '../members.ts';
import { blind, type Assessment, type Finding } from './assessment.ts';

const type = 'Redundant';

/** Whether ACTIVE and STANDBY run on different nodes. */
export function redundant(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const active = holderOf(assessment.members)?.pod;
  const standby = standbyOf(assessment.members)?.pod;
  if (!active?.nodeName || !standby?.nodeName)
    return { type, status: 'False', reason: 'NotScheduled', message: 'there are not two registered processes' };
  if (active.nodeName === standby.nodeName)
    return {
      type,
      status: 'False',
      reason: 'SameNode',
      message: `both processes run on ${active.nodeName}: its loss would be an outage; add a node that fits the pods, or set placement: Required`,
    };
  return {
    type,
    status: 'True',
    reason: 'DistinctNodes',
    message: `ACTIVE runs on ${active.nodeName}, STANDBY on ${standby.nodeName}`,
  };
}
