import type { Bench } from './bench.ts';
import { below, quantile, type Series } from './series.ts';

/** How soon a user could see a new holder, over all changes of ACTIVE measured before. */
export function followTimes({ followed }: Bench): Promise<readonly Series[]> {
  if (followed.length === 0) return Promise.resolve([]);
  const ofKind = (kind: string) => followed.map((times) => times[kind] ?? 0);
  const labels = ofKind('labelMs');
  return Promise.resolve([
    { name: 'etcd event to role label', unit: 'ms', values: labels },
    {
      name: `etcd event to role label: p99 of ${labels.length}`,
      unit: 'ms',
      values: [quantile(labels, 0.99)],
      target: below(100, 'below 100 ms'),
    },
    { name: 'etcd event to status', unit: 'ms', values: ofKind('statusMs') },
    { name: 'etcd event to endpoint of the active Service', unit: 'ms', values: ofKind('endpointMs') },
  ]);
}
