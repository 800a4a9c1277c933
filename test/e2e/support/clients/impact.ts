import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioEtcd } from '../etcd.ts';
import type { EtcdWitness } from '../etcd-witness.ts';
import {
  lengthOf,
  longestGap,
  operationKinds,
  type Interval,
  type Operation,
  type OperationKind,
} from './operations.ts';
import { ServingProbe } from './serving.ts';
import type { Workload } from './workload.ts';

/** What a fault or a planned move cost. */
export interface Impact {
  /** From the beginning of the act until clients were served as before. */
  readonly interval: Interval;
  /**
   * For how long nobody served in the role, milliseconds: from the last time at which its holder said that it does until
   * etcd had another holder. Of several roles: the longest.
   */
  readonly roleFreeMs: number;
  /** Who came to hold each role, in order. */
  readonly holders: readonly (readonly string[])[];
  /** For each operation the longest time in which none succeeded, milliseconds. */
  readonly longestGapMs: Readonly<Record<OperationKind, number>>;
}

/** Clients are served as before when every operation succeeded, and none failed, for this long. */
const calmMs = 3_000;

/** Waits until clients are served as before: by operations that began after `sinceMs`. @throws Error with what is not so. */
export async function untilServed(workload: Workload, sinceMs = 0, timeoutMs = 180_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const trouble = operationKinds.flatMap((kind) => troubleWith(kind, workload.operations[kind], sinceMs) ?? []);
    if (trouble.length === 0) return;
    if (performance.now() > end) throw new Error(`clients are not served after ${timeoutMs} ms: ${trouble.join('; ')}`);
    await sleep(50);
  }
}

function troubleWith(kind: OperationKind, operations: readonly Operation[], sinceMs: number): string | undefined {
  const recent = operations.filter(({ endMs }) => Date.now() - endMs < calmMs);
  const failed = recent.find(({ error }) => error !== undefined);
  if (failed !== undefined) return `${kind} fails: ${failed.error}`;
  return recent.some(({ startMs }) => startMs >= sinceMs) ? undefined : `no ${kind} has ended for ${calmMs} ms`;
}

/** A role that an act shall give another holder. */
export interface WatchedRole {
  readonly role: string;
  readonly etcd: ScenarioEtcd;
  readonly witness: EtcdWitness;
}

/**
 * Does something to the holders of roles while clients work, and waits until others hold them and clients are served as
 * before.
 */
export async function impactOf(
  workload: Workload,
  roles: readonly WatchedRole[],
  act: () => Promise<void>,
): Promise<Impact> {
  await untilServed(workload);
  await using probes = new AsyncDisposableStack();
  const changes = await Promise.all(
    roles.map(async ({ role, etcd, witness }) => ({
      witness,
      previous: witness.holder,
      probe: probes.use(await ServingProbe.start(etcd, role)),
    })),
  );
  const fromMs = Date.now();
  await act();
  const doneMs = Date.now();
  const over = changes.map(async ({ witness, previous, probe }) => {
    const { atMs } = await witness.next(previous, { timeoutMs: 120_000 });
    return { atMs, freeMs: Math.max(0, atMs - probe.lastServedMs) };
  });
  const elected = await Promise.all(over);
  await untilServed(workload, Math.max(doneMs, ...elected.map(({ atMs }) => atMs)));
  const interval = { fromMs, toMs: Date.now() };
  const gap = (kind: OperationKind) => lengthOf(longestGap(workload.operations[kind], interval));
  return {
    interval,
    roleFreeMs: Math.max(...elected.map(({ freeMs }) => freeMs)),
    holders: roles.map(({ witness }) => witness.holdersSince(fromMs)),
    longestGapMs: { search: gap('search'), insert: gap('insert'), ddl: gap('ddl') },
  };
}
