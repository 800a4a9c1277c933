import type { EtcdRecovery, RecoveryAction } from '../../api/etcd-recovery.ts';
import { policyOf } from './approval.ts';
import { division, type EtcdWorld } from './world.ts';

/** Actions that let members start again, for which it matters what the image does at a start. */
const restarting: readonly RecoveryAction[] = [
  'ClearMemberID',
  'ReplaceMember',
  'ReplaceVolume',
  'Fence',
  'RestartQuorum',
  'RebuildFromSurvivor',
  'RestoreFromSnapshot',
];

/** Actions that only read. */
const harmless: readonly RecoveryAction[] = ['Snapshot'];

const decide =
  'a person has to decide which of them has the data: compare what each one holds (etcdctl get --prefix --keys-only at its own endpoint), then name it in spec.source of an EtcdRecovery with RebuildFromSurvivor';

/** Actions that restore all members from one source. */
const rebuilding: readonly RecoveryAction[] = ['RebuildFromSurvivor', 'RestoreFromSnapshot'];

/** What forbids an action whatever its plan is; undefined: nothing. */
export function forbidden({ action, source }: EtcdRecovery['spec'], world: EtcdWorld): string | undefined {
  const { guard, facts, ailment } = world;
  const { setup } = facts;
  if (policyOf(guard, action) === 'Never')
    return `spec.policy of EtcdGuard ${guard.metadata.name} says Never for ${action}: change it there first`;
  const conflict = guard.status?.conditions?.find(({ reason }) => reason === 'AnotherGuard');
  if (conflict) return `${conflict.message}, or name the older one in spec.guardName`;
  if (facts.cannotAsk !== undefined) return `the members cannot be asked: ${facts.cannotAsk}`;
  if (restarting.includes(action)) {
    if (setup.switches.size > 0)
      return `${[...setup.switches].join(', ')} in StatefulSet ${setup.name} makes the image overwrite data when members restart, and would erase the repair: take it out by the values of the chart first`;
    if (!['M', 'G1', 'Plain'].includes(setup.startUp))
      return `what image ${setup.image} does to its data at a start is not known well enough to repair it: follow the remedy in status.diagnosis of the guard by hand`;
  }
  const rebuilds = rebuilding.includes(action);
  const chosen = rebuilds && source !== undefined;
  const divided = division(world);
  if (divided?.case === 'SeveralClusters' && !harmless.includes(action) && !chosen)
    return `members belong to different clusters (${divided.evidence}): ${decide}`;
  if (divided?.case === 'DataDiverged' && rebuilds && !chosen)
    return `members hold different data (${divided.evidence}): ${decide}`;
  if (ailment?.case === 'CorruptAlarm' && !harmless.includes(action))
    return `etcd found members that differ (${ailment.evidence}): a person has to decide which of them is right`;
  return undefined;
}

/** What an action has to wait for because the operator is blind; undefined: it sees enough. */
export function unseen({ action }: EtcdRecovery['spec'], { ailment }: Pick<EtcdWorld, 'ailment'>): string | undefined {
  if (ailment?.case !== 'OperatorBlind' || harmless.includes(action)) return undefined;
  return `waits: nothing is done to an etcd that cannot be seen. ${ailment.evidence}. ${ailment.remedy}`;
}
