import type { EtcdRecovery } from '../../api/etcd-recovery.ts';

/** What waits for a person, how to read it, and the command that approves it. */
export function describeWaiting({ metadata: { name, namespace }, spec, status }: EtcdRecovery): string {
  return `EtcdRecovery ${name} (${spec.action}) waits for its plan to be approved; read it: kubectl describe etcdrecovery ${name} -n ${namespace}; ${status?.message ?? ''}`;
}
