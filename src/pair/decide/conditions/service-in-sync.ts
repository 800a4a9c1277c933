import { roleLabelChanges } from '../role-labels.ts';
import { blind, isStopped, type Assessment, type Finding } from './assessment.ts';
import { holderOf } from '../members.ts';
import { activeServiceName } from '../../../api/names.ts';

const type = 'ServiceInSync';

/** Whether the active Service selects the ACTIVE and nothing else, by the role labels the pods carry. */
export function serviceInSync(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { members, facts } = assessment;
  const service = activeServiceName(facts.pair.metadata.name);
  if (facts.pair.spec.mode === 'ObserveOnly')
    return {
      type,
      status: 'False',
      reason: 'LabelsRemoved',
      message: `in mode ObserveOnly pods carry no role label, so ${service} selects none`,
    };
  const wrong = roleLabelChanges(members).map(({ podName }) => podName);
  if (wrong.length > 0)
    return {
      type,
      status: 'False',
      reason: 'Updating',
      message:
        facts.labelFailure === undefined
          ? `the role labels of ${wrong.join(', ')} are about to follow etcd`
          : `the role labels of ${wrong.join(', ')} do not follow etcd: ${facts.labelFailure}`,
    };
  const holder = holderOf(members);
  if (!holder?.pod || isStopped(assessment))
    return {
      type,
      status: 'False',
      reason: 'NoActive',
      message: `${service} selects no pod while no process of this pair holds the role`,
    };
  return { type, status: 'True', reason: 'InSync', message: `${service} selects ${holder.pod.name}` };
}
