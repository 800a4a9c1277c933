import type { Assessment, Finding } from './assessment.ts';
import { openRepairs } from '../recovery/repairs.ts';
import { ready } from './ready.ts';
import { stalled } from './stalled.ts';

const type = 'Reconciling';

/** kstatus: there while an etcd that is not well is on its way to be. */
export function reconciling(assessment: Assessment): Finding<typeof type> | undefined {
  if (ready(assessment).status !== 'False' || stalled(assessment)) return undefined;
  const { diagnosis, recoveries } = assessment;
  const open = openRepairs(recoveries);
  const running = open.find(({ status }) => status?.state === 'Running');
  if (running)
    return {
      type,
      status: 'True',
      reason: 'Repairing',
      message: `EtcdRecovery ${running.metadata.name} (${running.spec.action}) runs`,
    };
  if (diagnosis?.case === 'StartingUp')
    return { type, status: 'True', reason: 'StartingUp', message: diagnosis.evidence };
  const action = open[0]?.spec.action ?? diagnosis?.action;
  if (action === undefined) return undefined;
  return { type, status: 'True', reason: 'RepairPlanned', message: `${action} is planned` };
}
