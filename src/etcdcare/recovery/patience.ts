import type { EtcdRecovery } from '../../api/etcd-recovery.ts';

/** Within this time a plan is made or refused, milliseconds. */
const PLANNED_WITHIN_MS = 30 * 60_000;

/**
 * The end of a wait for something that does not come: whoever asked is told what it was, and may ask again, which looks at
 * everything again; a guard does so by itself.
 *
 * @param awaited what planning waits for
 * @returns why there is no plan; undefined: it goes on waiting.
 */
export function waitedTooLong({ metadata }: EtcdRecovery, awaited: string, now: Date): string | undefined {
  if (now.getTime() - Date.parse(metadata.creationTimestamp ?? '') <= PLANNED_WITHIN_MS) return undefined;
  return `no plan could be made within 30 minutes: ${awaited}. Make another EtcdRecovery when that is over`;
}
