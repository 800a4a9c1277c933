import type { Proposal } from '../../../api/coordinator-pair.ts';
import { annotations } from '../../../api/names.ts';
import { conditionReasons, type ConditionReason } from '../../../api/reasons.ts';
import { garbageCollectionOffSince } from '../../garbage-collection.ts';
import { blind, type Assessment, type Finding } from './assessment.ts';

const type = 'RemediationRequired';

/** Whether something waits for the approval of a person. */
export function remediationRequired(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { proposals = [], lastApproval, facts } = assessment;
  const isApproved = ({ id }: Proposal) => lastApproval?.result === 'Approved' && lastApproval.id === id;
  const waiting = proposals.filter((proposal) => !isApproved(proposal));
  const [first] = waiting;
  if (first && isReason(first.reason))
    return {
      type,
      status: 'True',
      reason: first.reason,
      message: waiting.map((proposal) => question(proposal, facts.pair.metadata)).join('; '),
    };
  const approved = proposals.find(isApproved);
  if (approved)
    return {
      type,
      status: 'False',
      reason: 'Approved',
      message: `proposal ${approved.id} (${approved.action}) was approved and is carried out`,
    };
  const since = garbageCollectionOffSince(facts.pair);
  if (since !== undefined)
    return { type, status: 'True', reason: 'GarbageCollectionOff', message: confirmation(since, facts.pair.metadata) };
  return { type, status: 'False', reason: 'NothingToApprove', message: 'nothing waits for approval' };
}

interface Name {
  readonly name: string;
  readonly namespace: string;
}

function confirmation(recovery: string, { name, namespace }: Name): string {
  return `Milvus removes no data that its metadata does not name since EtcdRecovery ${recovery} rebuilt etcd. When your collections load and answer, turn that on again, which restarts the pods one by one: kubectl annotate coordinatorpair ${name} --namespace ${namespace} ${annotations.garbageCollectionOff}-`;
}

function isReason(reason: string): reason is ConditionReason<typeof type> {
  return reason in conditionReasons[type];
}

function question({ id, action, evidence, risk, expiresTime }: Proposal, { name, namespace }: Name): string {
  return `${action} is proposed until ${expiresTime}: ${evidence}. Risk: ${risk}. To approve: kubectl annotate coordinatorpair ${name} --namespace ${namespace} --overwrite ${annotations.approve}=${id}`;
}
