import type { WorkloadView } from '../../workload-view.ts';
import { stopOf } from '../run-state.ts';
import type { Assessment, Finding } from './assessment.ts';

const type = 'SpecValid';

/** Whether the spec, and what it refers to, can be rendered. */
export function specValid({ facts: { pair, problems, workload } }: Assessment): Finding<typeof type> {
  const [first] = problems;
  if (!first && workload && workload.view.replicas !== 2 && !(workload.view.replicas === 0 && stopOf(pair)))
    return { type, status: 'False', reason: 'WorkloadReplicas', message: replicasMessage(workload.view) };
  if (!first) return { type, status: 'True', reason: 'Valid', message: 'the spec can be rendered' };
  return { type, status: 'False', reason: first.reason, message: problems.map(({ message }) => message).join('; ') };
}

function replicasMessage({ kind, name, replicas }: WorkloadView): string {
  return `${kind} ${name} asks for ${replicas === 1 ? 'one replica' : `${replicas} replicas`} and must ask for two, with active-standby switched on; what there is of it is looked after all the same`;
}
