import type { AutomaticRun, EtcdGuard, EtcdGuardStatus } from '../../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery, type RecoveryAction } from '../../api/etcd-recovery.ts';
import { etcdGuardKind } from '../../api/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What the CRD accepts (maxItems). */
const MAX_RUNS = 64;

/** What is asked for day by day changes nothing that could wear out. */
const isFree = (action: string): boolean => action === 'Snapshot' || action === 'MoveLeader';

/**
 * The recoveries that the guard's policy alone began within a day: those that its status remembers and those that are
 * there. Whoever deletes an EtcdRecovery takes nothing away from the count.
 *
 * @param recoveries those of this guard
 */
export function automaticRuns(
  status: EtcdGuardStatus | undefined,
  recoveries: readonly EtcdRecovery[],
  now: Date,
): readonly AutomaticRun[] {
  const runs = new Map((status?.automaticRuns ?? []).map((run) => [run.recoveryUID, run]));
  for (const recovery of recoveries) {
    const run = runOf(recovery);
    if (run) runs.set(run.recoveryUID, run);
  }
  return [...runs.values()]
    .filter(({ startTime, endTime }) => since(endTime ?? startTime, now) < DAY_MS)
    .toSorted((a, b) => (a.startTime < b.startTime ? -1 : 1))
    .slice(-MAX_RUNS);
}

function runOf(recovery: EtcdRecovery): AutomaticRun | undefined {
  const { metadata, spec, status } = recovery;
  if (status?.approvedBy !== 'Policy' || status.startTime === undefined || isFree(spec.action)) return undefined;
  return {
    recoveryUID: metadata.uid,
    recoveryName: metadata.name,
    action: spec.action,
    startTime: status.startTime,
    ...(hasEnded(recovery) && status.endTime !== undefined
      ? { endTime: status.endTime, failed: status.state === 'Failed' }
      : {}),
  };
}

/**
 * Why no further recovery of an action may begin by policy; undefined: one may.
 *
 * @param recoveries those of this guard that are there
 * @param own the uid of the one that asks
 */
export function overBudget(
  action: RecoveryAction,
  { spec: { budget }, status }: Pick<EtcdGuard, 'spec' | 'status'>,
  recoveries: readonly EtcdRecovery[],
  own: string,
  now: Date,
): string | undefined {
  if (isFree(action)) return undefined;
  const begun = automaticRuns(status, recoveries, now).filter(
    (run) => run.action === action && run.recoveryUID !== own,
  );
  const isThere = (uid: string): boolean => recoveries.some(({ metadata }) => metadata.uid === uid);
  // Of one that was deleted before it was seen to end nobody knows how it ended.
  const failed = begun.find((run) => run.failed ?? !isThere(run.recoveryUID));
  if (failed)
    return `EtcdRecovery ${failed.recoveryName} did the same within a day and ${failed.failed ? 'failed' : 'was deleted before its end was seen'}, so it is not tried again by itself`;
  const within = (ms: number): number => begun.filter(({ startTime }) => since(startTime, now) < ms).length;
  if (within(HOUR_MS) >= budget.perHour) return `the budget of ${budget.perHour} an hour is spent`;
  if (within(DAY_MS) >= budget.perDay) return `the budget of ${budget.perDay} a day is spent`;
  return undefined;
}

/**
 * Writes into the guard's status that its policy alone begins a recovery, before that has begun.
 *
 * @throws ApiError; isConflict: look again.
 */
export async function recordRun(
  client: Pick<KubeClient, 'get' | 'mergePatch'>,
  { metadata: { name, namespace, uid } }: EtcdGuard,
  { metadata, spec }: EtcdRecovery,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  if (isFree(spec.action)) return;
  const guard = await client.get<EtcdGuard & KubeObject>(etcdGuardKind, name, namespace, { signal });
  const known = automaticRuns(guard?.status, [], now).filter(({ recoveryUID }) => recoveryUID !== metadata.uid);
  const run: AutomaticRun = {
    recoveryUID: metadata.uid,
    recoveryName: metadata.name,
    action: spec.action,
    startTime: now.toISOString(),
  };
  const resourceVersion = guard?.metadata.resourceVersion;
  const patch = { metadata: { uid, resourceVersion }, status: { automaticRuns: [...known, run].slice(-MAX_RUNS) } };
  await client.mergePatch(etcdGuardKind, name, namespace, patch, { subresource: 'status', signal });
}

function since(time: string, now: Date): number {
  return now.getTime() - Date.parse(time);
}
