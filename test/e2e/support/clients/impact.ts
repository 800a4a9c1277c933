import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioEtcd } from '../etcd.ts';
import type { EtcdWitness } from '../etcd-witness.ts';
import { ServingWatch } from '../serving-watch.ts';
import {
  lengthOf,
  longestGap,
  operationKinds,
  type Interval,
  type Operation,
  type OperationKind,
} from './operations.ts';
import type { Workload } from './workload.ts';

/** What a fault or a planned move cost a role. */
export interface RoleImpact {
  readonly role: string;
  /**
   * For how long nobody served in it, milliseconds: from the last time at which its holder said that it does until etcd had another
   * holder.
   */
  readonly freeMs: number;
  /** Who came to hold it, in order. */
  readonly holders: readonly string[];
}

/** What a fault or a planned move cost. */
export interface Impact {
  /** From the beginning of the act until clients were served as before. */
  readonly interval: Interval;
  /** What it cost each role that it gave another holder. */
  readonly roles: readonly RoleImpact[];
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
  await using stack = new AsyncDisposableStack();
  const changes = await Promise.all(
    roles.map(async ({ role, etcd, witness }) => ({
      role,
      witness,
      previous: witness.holder,
      serving: stack.use(new ServingWatch(await hostOfHolder(etcd, role), role)),
    })),
  );
  const fromMs = Date.now();
  await act();
  const doneMs = Date.now();
  const elected = await Promise.all(
    changes.map(async ({ role, witness, previous, serving }) => {
      const { atMs } = await witness.next(previous, { timeoutMs: 120_000 });
      return { role, witness, atMs, freeMs: Math.max(0, atMs - serving.servedMs) };
    }),
  );
  await untilServed(workload, Math.max(doneMs, ...elected.map(({ atMs }) => atMs)));
  const interval = { fromMs, toMs: Date.now() };
  const gap = (kind: OperationKind) => lengthOf(longestGap(workload.operations[kind], interval));
  return {
    interval,
    roles: elected.map(({ role, witness, freeMs }) => ({ role, freeMs, holders: witness.holdersSince(fromMs) })),
    longestGapMs: { search: gap('search'), insert: gap('insert'), ddl: gap('ddl') },
  };
}

async function hostOfHolder(etcd: ScenarioEtcd, role: string): Promise<string> {
  const { Address: address } = (await etcd.json(`by-dev/meta/session/${role}`)) as { readonly Address: string };
  return address.slice(0, address.lastIndexOf(':'));
}

/** The longest time for which nobody served in one of the roles, milliseconds. */
export const roleFreeMs = ({ roles }: Impact): number => Math.max(...roles.map(({ freeMs }) => freeMs));
