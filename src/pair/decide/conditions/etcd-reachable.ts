import type { Assessment, Finding } from './assessment.ts';

const type = 'EtcdReachable';

/** Whether the operator can read the sessions. */
export function etcdReachable({ facts: { etcd } }: Assessment): Finding<typeof type> {
  switch (etcd.state) {
    case 'Known':
      return { type, status: 'True', reason: 'Reachable', message: 'the sessions can be read' };
    case 'Pending':
      return { type, status: 'Unknown', reason: 'NotObserved', message: 'etcd has not been read yet' };
    case 'Unknown':
      return {
        type,
        status: 'False',
        reason: etcd.reason,
        message: `${etcd.message} (failing since ${etcd.since.toISOString()}, last good read ${etcd.lastReadTime?.toISOString() ?? 'never'})`,
      };
  }
}
