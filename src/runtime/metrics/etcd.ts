import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** Counts and times reads of session stores. */
export interface EtcdMetrics {
  readCompleted(result: 'success' | 'error', durationMs: number): void;
}

/** The metrics of what the operator reads from etcd. */
export function etcdMetrics(registry: Registry): EtcdMetrics {
  const registers = [registry];
  const reads = new Counter({
    name: 'coordinatorpair_etcd_reads_total',
    help: 'Reads of a session prefix, by result: success or error.',
    labelNames: ['result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'coordinatorpair_etcd_read_seconds',
    help: 'How long a read of a session prefix took, failed ones included.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  reads.inc({ result: 'success' }, 0);
  reads.inc({ result: 'error' }, 0);
  return {
    readCompleted(result, durationMs) {
      reads.inc({ result });
      seconds.observe(durationMs / 1000);
    },
  };
}
