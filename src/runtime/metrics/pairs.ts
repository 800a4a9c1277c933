import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { PairName } from '../logging.ts';

/** What one pair's series say. */
export interface PairFacts {
  readonly role: string;
  /** spec.mode. */
  readonly mode: string;
  /** Live member keys in etcd; undefined while etcd cannot be read. */
  readonly members: number | undefined;
  readonly conditions: readonly { readonly type: string; readonly status: 'True' | 'False' | 'Unknown' }[];
}

/** Why ACTIVE moved. */
export type ActiveChange = 'Failover' | 'Switchover' | 'Rollout';

const activeChanges: readonly ActiveChange[] = ['Failover', 'Switchover', 'Rollout'];

/** How a failed ACTIVE came to lose its key. */
export type FailoverHow = 'LeaseExpired' | 'LeaseRevoked' | 'Released' | 'Unknown';

/** Metrics of the pairs. */
export interface PairMetrics {
  /** What a pair is like now; cheap when nothing changed. */
  report(pair: PairName, facts: PairFacts): void;
  /** The pair is gone: its series go too. */
  forget(pair: PairName): void;
  /** This replica no longer leads: what it knew of the pairs is another one's to tell. */
  forgetAll(): void;
  activeChanged(pair: PairName, type: ActiveChange): void;
  failoverCompleted(how: FailoverHow, durationMs: number): void;
  /** From the read that showed a new holder to its pod's label being set. */
  labelled(lagMs: number): void;
}

interface Shown {
  readonly pair: PairName;
  readonly info: Readonly<Record<string, string>>;
  readonly conditions: Map<string, string>;
}

/** The coordinatorpair_* metrics of the pairs. */
export function pairMetrics(registry: Registry): PairMetrics {
  const registers = [registry];
  const labelNames = ['namespace', 'name'] as const;
  const info = new Gauge({
    name: 'coordinatorpair_info',
    help: 'Always 1; the labels say what kind of pair it is.',
    labelNames: ['namespace', 'name', 'role', 'mode'],
    registers,
  });
  const condition = new Gauge({
    name: 'coordinatorpair_condition',
    help: 'Always 1; one series a condition, whose label status is what the condition is now: True, False or Unknown.',
    labelNames: ['namespace', 'name', 'condition', 'status'],
    registers,
  });
  const paused = new Gauge({
    name: 'coordinatorpair_paused',
    help: 'Whether the pair is in mode Paused.',
    labelNames,
    registers,
  });
  const members = new Gauge({
    name: 'coordinatorpair_members',
    help: 'Coordinators registered in etcd under a live lease: 2 when all is well. Absent while etcd cannot be read.',
    labelNames,
    registers,
  });
  const changes = new Counter({
    name: 'coordinatorpair_active_changes_total',
    help: 'Changes of ACTIVE, by why: Failover, Switchover or Rollout.',
    labelNames: ['namespace', 'name', 'type'],
    registers,
  });
  const failover = new Histogram({
    name: 'coordinatorpair_failover_duration_seconds',
    help: 'From the moment a failure of ACTIVE was noticed to the new ACTIVE, by how the old one lost its key.',
    labelNames: ['how'],
    buckets: [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120],
    registers,
  });
  const labelLag = new Histogram({
    name: 'coordinatorpair_label_lag_seconds',
    help: 'From the read of etcd that showed a new ACTIVE to the role label on its pod.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });

  const shown = new Map<string, Shown>();

  const firstReport = (key: string, labels: PairName): Shown => {
    for (const type of activeChanges) changes.inc({ ...labels, type }, 0);
    const entry = { pair: labels, info: {}, conditions: new Map<string, string>() };
    shown.set(key, entry);
    return entry;
  };

  const forget = (pair: PairName): void => {
    const labels = labelsOf(pair);
    const before = shown.get(keyOf(pair));
    if (before === undefined) return;
    shown.delete(keyOf(pair));
    info.remove(before.info);
    paused.remove(labels);
    members.remove(labels);
    showConditions(condition, labels, before.conditions, []);
    for (const type of activeChanges) changes.remove({ ...labels, type });
  };

  return {
    report(pair, { role, mode, members: count, conditions }) {
      const key = keyOf(pair);
      const labels = labelsOf(pair);
      const before = shown.get(key) ?? firstReport(key, labels);
      if (before.info.role !== role || before.info.mode !== mode) {
        if (before.info.role !== undefined) info.remove(before.info);
        const after = { ...labels, role, mode };
        info.set(after, 1);
        shown.set(key, { ...before, info: after });
      }
      paused.set(labels, mode === 'Paused' ? 1 : 0);
      if (count === undefined) members.remove(labels);
      else members.set(labels, count);
      showConditions(condition, labels, before.conditions, conditions);
    },
    forget,
    forgetAll: () => {
      for (const { pair } of shown.values()) forget(pair);
    },
    activeChanged: (pair, type) => changes.inc({ ...labelsOf(pair), type }),
    failoverCompleted: (how, durationMs) => failover.observe({ how }, durationMs / 1000),
    labelled: (lagMs) => labelLag.observe(lagMs / 1000),
  };
}

function showConditions(
  gauge: Gauge<'namespace' | 'name' | 'condition' | 'status'>,
  labels: PairName,
  shown: Map<string, string>,
  conditions: PairFacts['conditions'],
): void {
  const now = new Map<string, string>(conditions.map(({ type, status }) => [type, status]));
  for (const [condition, status] of shown) {
    if (now.get(condition) === status) continue;
    gauge.remove({ ...labels, condition, status });
    shown.delete(condition);
  }
  for (const [condition, status] of now) {
    if (shown.has(condition)) continue;
    gauge.set({ ...labels, condition, status }, 1);
    shown.set(condition, status);
  }
}

function labelsOf({ namespace, name }: PairName) {
  return { namespace, name };
}

function keyOf({ namespace, name }: PairName): string {
  return `${namespace}/${name}`;
}
