import { flagEffective } from '../role-sessions.ts';
import { holderOf } from '../members.ts';
import { roleNotHeld } from '../other-roles.ts';
import { activeElected } from './active-elected.ts';
import { silenceOf } from '../silences.ts';
import { blind, stopped, type Assessment, type Finding } from './assessment.ts';
import { noConflict } from './no-conflict.ts';
import { specValid } from './spec-valid.ts';
import { standbyReady } from './standby-ready.ts';

const type = 'Ready';

/** The summary: an ACTIVE serves, and a STANDBY is registered that would take over. */
export function ready(assessment: Assessment): Finding<typeof type> {
  // Known without etcd, which is often away just then.
  const stop = stopped(assessment);
  if (stop) return { type, ...stop };
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const holder = holderOf(assessment.members);
  const conflict = noConflict(assessment);
  if (conflict.status === 'False' && !holder?.pod)
    return { type, status: 'False', reason: 'Conflict', message: conflict.message };
  const spec = specValid(assessment);
  const active = activeElected(assessment);
  if (active.status !== 'True' && spec.status === 'False')
    return { type, status: 'False', reason: 'SpecInvalid', message: spec.message };
  if (active.status !== 'True') return { type, status: 'False', reason: 'NoActive', message: active.message };
  if (active.reason === 'NodeNotReady') return { type, status: 'False', reason: 'NoActive', message: active.message };
  const silence = silenceOf(holder?.pod, assessment.facts.silences);
  if (holder?.state === 'Activating' && silence)
    return {
      type,
      status: 'False',
      reason: 'ActiveNotAnswering',
      message: `${holder.pod?.name ?? 'the ACTIVE'} holds the role, was healthy until ${silence.since.toISOString()} and gives no answer any more: if its process is frozen its lease ends by itself, and a registered STANDBY takes over; if it goes on to hold the role, delete the pod`,
    };
  if (holder?.state === 'Activating' && holder.pod?.unreadyBeside !== undefined)
    return {
      type,
      status: 'False',
      reason: 'ActivePodNotReady',
      message: `${holder.pod.name} holds the role and its Milvus is healthy, but its pod is not ready, so Services leave it out: ${holder.pod.unreadyBeside}`,
    };
  if (holder?.state === 'Activating')
    return {
      type,
      status: 'False',
      reason: 'Activating',
      message: `${holder.pod?.name ?? 'the ACTIVE'} holds the role and is not healthy yet: it is loading its metadata`,
    };
  const { etcd } = assessment.facts;
  if (etcd.state === 'Known' && flagEffective(etcd.sessions) === false)
    return { type, status: 'False', reason: 'FlagNotEffective', message: active.message };
  const free = roleNotHeld(assessment.otherRoles);
  if (free !== undefined)
    return { type, status: 'False', reason: 'RoleNotHeld', message: `${active.message}, but ${free}` };
  const standby = standbyReady(assessment);
  if (standby.status !== 'True') return { type, status: 'False', reason: 'NoStandby', message: standby.message };
  return { type, status: 'True', reason: 'PairReady', message: `${active.message}; ${standby.message}` };
}
