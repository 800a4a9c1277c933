import type { SessionStore } from '../../../src/etcd/types.ts';
import { until } from '../../support/until.ts';

/** The prefix these tests read. */
export const prefix = 'by-dev/meta/session/';

/** So long that no test sees the regular read: what it sees came by a hint or a retry. */
export const neverMs = 3_600_000;

/** Waits until the store has read exactly these keys and reads succeed. */
export async function untilKeys(store: SessionStore, ...keys: readonly string[]): Promise<void> {
  await until(
    `the store holds ${keys.join(', ')}`,
    () => {
      const { snapshot, failingSince, error } = store.state;
      if (failingSince !== undefined) throw error ?? new Error('failing');
      const seen = snapshot?.kvs.map(({ key }) => key);
      if (seen?.join() !== keys.join()) throw new Error(`seen: ${String(seen)}`);
      return true;
    },
    { timeoutMs: 25_000 },
  );
}

/** Waits until reads fail, and gives the code of the failure. */
export function untilFailing(store: SessionStore): Promise<string> {
  return until(
    'reads fail',
    () => {
      const { failingSince, error } = store.state;
      return failingSince !== undefined && error !== undefined && 'code' in error && String(error.code);
    },
    { timeoutMs: 25_000 },
  );
}
