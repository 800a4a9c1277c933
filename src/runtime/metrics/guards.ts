import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** Which guard. */
export interface GuardName {
  readonly namespace: string;
  readonly name: string;
}

/** What one guard's series say. */
export interface GuardSeries {
  readonly conditions: readonly { readonly type: string; readonly status: 'True' | 'False' | 'Unknown' }[];
  readonly quorum?: { readonly voters: number; readonly healthy: number; readonly needed: number };
  /** The ailment in one word; absent when nothing is wrong. */
  readonly diagnosis?: string;
  /** Its EtcdRecoveries that have not ended. Absent while they are not known. */
  readonly recoveries?: readonly { readonly action: string; readonly state: string }[];
  /** When the newest snapshot was saved. Absent while there is none. */
  readonly lastSnapshotTime?: Date;
}

/** Metrics of the guards. */
export interface GuardMetrics {
  report(guard: GuardName, series: GuardSeries): void;
  /** The guard is gone: its series go too. */
  forget(guard: GuardName): void;
  /** This replica no longer leads: what it knew of the guards is another one's to tell. */
  forgetAll(): void;
  /** An EtcdRecovery has ended, in which state. */
  recoveryEnded(guard: GuardName, recovery: { readonly action: string; readonly state: string }): void;
}

/** The etcdguard_* metrics. */
export function guardMetrics(registry: Registry): GuardMetrics {
  const registers = [registry];
  const labelNames = ['namespace', 'name'] as const;
  const condition = new Gauge({
    name: 'etcdguard_condition',
    help: 'Always 1; one series a condition, whose label status is what the condition is now: True, False or Unknown.',
    labelNames: ['namespace', 'name', 'condition', 'status'],
    registers,
  });
  const diagnosis = new Gauge({
    name: 'etcdguard_diagnosis',
    help: 'Always 1; the label case names the diagnosis. Absent when there is none.',
    labelNames: ['namespace', 'name', 'case'],
    registers,
  });
  const voters = new Gauge({
    name: 'etcdguard_voters',
    help: 'Members that vote. Absent while they are not known.',
    labelNames,
    registers,
  });
  const healthy = new Gauge({
    name: 'etcdguard_healthy_voters',
    help: 'Voters that are healthy. Absent while they are not known.',
    labelNames,
    registers,
  });
  const needed = new Gauge({
    name: 'etcdguard_needed_voters',
    help: 'Healthy voters without which nothing can be written. Absent while they are not known.',
    labelNames,
    registers,
  });
  const open = new Gauge({
    name: 'etcdguard_open_recoveries',
    help: 'EtcdRecoveries that have not ended, by action and state: Planned, AwaitingApproval or Running.',
    labelNames: ['namespace', 'name', 'action', 'state'],
    registers,
  });
  const ended = new Counter({
    name: 'etcdguard_recoveries_ended_total',
    help: 'EtcdRecoveries that have ended, by action and how: Succeeded, Failed, Refused, Cancelled or Expired. Snapshots are among them.',
    labelNames: ['namespace', 'name', 'action', 'state'],
    registers,
  });
  const snapshot = new Gauge({
    name: 'etcdguard_last_snapshot_timestamp_seconds',
    help: 'When the newest verified snapshot was saved, in seconds since 1970. Absent while there is none.',
    labelNames,
    registers,
  });
  const shown = new Map<string, { readonly guard: GuardName; readonly remove: () => void }>();

  const forget = ({ namespace, name }: GuardName): void => {
    const key = `${namespace}/${name}`;
    shown.get(key)?.remove();
    shown.delete(key);
  };

  return {
    report(guard, { conditions, quorum, diagnosis: found, recoveries = [], lastSnapshotTime }) {
      forget(guard);
      const labels = { namespace: guard.namespace, name: guard.name };
      const conditionLabels = conditions.map(({ type, status }) => ({ ...labels, condition: type, status }));
      const diagnosisLabels = found === undefined ? [] : [{ ...labels, case: found }];
      for (const series of conditionLabels) condition.set(series, 1);
      for (const series of diagnosisLabels) diagnosis.set(series, 1);
      const openLabels = recoveries.map(({ action, state }) => ({ ...labels, action, state }));
      for (const series of openLabels) open.inc(series);
      if (lastSnapshotTime) snapshot.set(labels, lastSnapshotTime.getTime() / 1000);
      if (quorum) {
        voters.set(labels, quorum.voters);
        healthy.set(labels, quorum.healthy);
        needed.set(labels, quorum.needed);
      }
      const remove = (): void => {
        for (const series of conditionLabels) condition.remove(series);
        for (const series of diagnosisLabels) diagnosis.remove(series);
        for (const series of openLabels) open.remove(series);
        for (const gauge of [voters, healthy, needed, snapshot]) gauge.remove(labels);
      };
      shown.set(`${guard.namespace}/${guard.name}`, { guard: labels, remove });
    },
    forget,
    recoveryEnded: ({ namespace, name }, { action, state }) => ended.inc({ namespace, name, action, state }),
    forgetAll: () => {
      for (const { guard } of [...shown.values()]) forget(guard);
    },
  };
}
