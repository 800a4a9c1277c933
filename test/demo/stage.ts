import type { Cluster } from '../cluster/cluster.ts';
import type { ScenarioEtcd } from '../e2e/support/etcd.ts';
import type { Shell } from './shell.ts';
import type { TimeLine } from './time-line.ts';

/** What the acts of the demo work with. */
export interface Stage {
  readonly cluster: Cluster;
  readonly shell: Shell;
  readonly etcd: ScenarioEtcd;
  readonly timeLine: TimeLine;
  readonly signal: AbortSignal;
}
