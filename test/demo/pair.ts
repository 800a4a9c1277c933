import type { CoordinatorPair, CoordinatorPairStatus } from '../../src/api/coordinator-pair.ts';
import { until } from '../cluster/process.ts';
import { milvusNamespace } from './settings.ts';
import type { Shell } from './shell.ts';

/** The status of a pair, by kubectl. */
export async function statusOf(shell: Shell, name: string): Promise<CoordinatorPairStatus> {
  const asked = ['--namespace', milvusNamespace, 'get', 'coordinatorpair', name, '--output', 'json'];
  return (JSON.parse(await shell.quietly('kubectl', asked)) as CoordinatorPair).status ?? {};
}

/** Waits until the status of a pair is as described. */
export function untilStatus(
  shell: Shell,
  name: string,
  what: string,
  isSo: (status: CoordinatorPairStatus) => boolean,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<CoordinatorPairStatus> {
  const look = async () => {
    const status = await statusOf(shell, name);
    return isSo(status) && status;
  };
  return until(`${name}: ${what}`, look, { timeoutMs, intervalMs: 200, signal });
}

/** An ACTIVE serves, a STANDBY is registered, and no change is under way. */
export function isSteady({ conditions, transition }: CoordinatorPairStatus): boolean {
  const ready = conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return ready && transition === undefined;
}

/**
 * Whether the ACTIVE was seen to renew its session. From then on the end of its container proves that the session is
 * that of a dead process; before, a crash costs what it costs without the operator: the rest of the lease.
 */
export function isBound({ active, members }: CoordinatorPairStatus): boolean {
  return members?.some(({ serverID, boundTime }) => serverID === active?.serverID && boundTime !== undefined) ?? false;
}

/** Waits until the end of the container of rootcoord's ACTIVE would prove the end of its session. */
export async function awaitBinding(shell: Shell, signal: AbortSignal): Promise<void> {
  await untilStatus(shell, 'rootcoord', 'the ACTIVE bound to its container', isBound, { timeoutMs: 120_000, signal });
}
