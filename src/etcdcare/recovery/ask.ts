import { createHash } from 'node:crypto';
import type { EtcdGuard, EtcdGuardStatus } from '../../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery, type RecoveryAction } from '../../api/etcd-recovery.ts';
import { etcdRecoveryKind, GROUP, labels, OPERATOR, VERSION } from '../../api/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { usualPace } from '../pace.ts';
import { policyOf } from './approval.ts';
import { FOR_CASE, forALoss, isAnswered } from './asked-for.ts';

/** Recoveries that a guard asked for stay to be read for a week. */
const KEEP_SECONDS = 7 * 24 * 3600;
/** Those that were asked for again, one after the other, stay for a day. */
const KEEP_REPEATED_SECONDS = 24 * 3600;

/** A recovery to be created. */
export type NewRecovery = KubeObject & Pick<EtcdRecovery, 'spec'>;

/**
 * The recovery that a guard shall ask for now: one at a time, once for an ailment unless that was no answer for good, and
 * none that its policy forbids.
 *
 * @param recoveries those of this guard
 * @param settledMs how long an ailment has to be seen before it is worth a plan
 */
export function recoveryToAskFor(
  { metadata, spec }: EtcdGuard,
  { diagnosis, quorumLostSinceTime }: EtcdGuardStatus,
  recoveries: readonly EtcdRecovery[],
  now: Date,
  settledMs: number = usualPace.settledMs,
): NewRecovery | undefined {
  if (diagnosis?.action === undefined) return undefined;
  const action = diagnosis.action as RecoveryAction;
  const { case: ailment, sinceTime, pods } = diagnosis;
  // What a lost quorum looks like changes while members crash; the loss itself has held for long.
  const loss = quorumLostSinceTime !== undefined && forALoss.includes(action) ? quorumLostSinceTime : undefined;
  // A split comes in a minute or three, and stopping what serves nobody takes nothing away.
  const urgent = action === 'Fence';
  if (!urgent && now.getTime() - Date.parse(loss ?? sinceTime) < settledMs) return undefined;
  if (policyOf({ spec }, action) === 'Never') return undefined;
  if (recoveries.some((recovery) => isInTheWay(recovery, action))) return undefined;
  const target = targeted.includes(action) ? pods?.[0] : undefined;
  const trouble = loss === undefined ? `${ailment} ${sinceTime} ${target ?? ''}` : `lost since ${loss}`;
  const about = { action, ...(target === undefined ? {} : { target: { podName: target } }) };
  for (let time = 1; ; time++) {
    const name = nameFor(metadata.name, action, time === 1 ? trouble : `${trouble} ${time}`);
    const before = recoveries.find((recovery) => recovery.metadata.name === name);
    if (before && isAnswered(before, now)) return undefined;
    if (before) continue;
    const ttlSecondsAfterFinished = time === 1 ? KEEP_SECONDS : KEEP_REPEATED_SECONDS;
    return newRecovery(metadata, name, { ...about, ttlSecondsAfterFinished }, { [FOR_CASE]: ailment });
  }
}

/**
 * One at a time. What is for a lost quorum waits only for what is at work and for another such, not for what needs a
 * quorum and waits for it; a fence does not even wait for a person who has not decided yet.
 */
function isInTheWay(recovery: EtcdRecovery, action: RecoveryAction): boolean {
  const { spec, status } = recovery;
  if (hasEnded(recovery) || spec.action === 'Snapshot') return false;
  if (status?.state === 'Running' || spec.action === action) return true;
  if (action === 'Fence') return false;
  return forALoss.includes(action) ? spec.action === 'Fence' || forALoss.includes(spec.action) : true;
}

/**
 * The snapshot that is due by the guard's schedule. It waits for nobody's approval of something else, only for its turn.
 *
 * @param recoveries those of this guard
 */
export function snapshotToAskFor(
  { metadata, spec, status }: EtcdGuard,
  recoveries: readonly EtcdRecovery[],
  now: Date,
): NewRecovery | undefined {
  const { snapshots } = spec;
  if (!snapshots || spec.policy.snapshot !== 'Auto') return undefined;
  if (recoveries.some((recovery) => recovery.spec.action === 'Snapshot' && !hasEnded(recovery))) return undefined;
  const intervalMs = snapshots.intervalSeconds * 1000;
  if (now.getTime() - Date.parse(status?.lastSnapshot?.time ?? '1970-01-01T00:00:00Z') < intervalMs) return undefined;
  // One name an interval: one that failed is tried again in the next.
  const name = nameFor(metadata.name, 'Snapshot', String(Math.floor(now.getTime() / intervalMs)));
  if (recoveries.some((recovery) => recovery.metadata.name === name)) return undefined;
  return newRecovery(metadata, name, { action: 'Snapshot', ttlSecondsAfterFinished: 3 * snapshots.intervalSeconds });
}

/** From when on a snapshot is asked for again after one that was not saved; undefined: a person has to ask. */
export function nextSnapshotAfter({ spec }: EtcdGuard, { metadata }: EtcdRecovery): Date | undefined {
  if (!spec.snapshots || spec.policy.snapshot !== 'Auto') return undefined;
  const intervalMs = spec.snapshots.intervalSeconds * 1000;
  return new Date((Math.floor(Date.parse(metadata.creationTimestamp ?? '') / intervalMs) + 1) * intervalMs);
}

const targeted: readonly RecoveryAction[] = ['ClearMemberID', 'ReplaceMember', 'ReplaceVolume'];

function newRecovery(
  { name: guardName, namespace }: EtcdGuard['metadata'],
  name: string,
  spec: Omit<EtcdRecovery['spec'], 'guardName' | 'dryRun' | 'cancel'>,
  ownLabels: Readonly<Record<string, string>> = {},
): NewRecovery {
  return {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: etcdRecoveryKind.kind,
    metadata: { name, namespace, labels: { [labels.managedBy]: OPERATOR, ...ownLabels } },
    spec: { guardName, ...spec, dryRun: false, cancel: false },
  };
}

/** One name for one ailment: asking twice makes one. */
function nameFor(guard: string, action: RecoveryAction, ailment: string): string {
  const kebab = action.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  const hash = createHash('sha256').update(ailment).digest('hex').slice(0, 6);
  return `${guard.slice(0, 220)}-${kebab}-${hash}`;
}
