import type { EtcdRecovery } from '../../../../src/api/etcd-recovery.ts';
import { FOR_CASE } from '../../../../src/etcdcare/recovery/asked-for.ts';

/** A recovery of the guard `etcd`, as the API server returns it. */
export function recovery(
  spec: Partial<EtcdRecovery['spec']> = {},
  status: EtcdRecovery['status'] = {},
  { name = 'repair', forCase, createdAt }: { name?: string; forCase?: string; createdAt?: string } = {},
): EtcdRecovery {
  return {
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'EtcdRecovery',
    metadata: {
      name,
      namespace: 'milvus',
      uid: `uid of ${name}`,
      resourceVersion: '1',
      generation: 1,
      ...(createdAt === undefined ? {} : { creationTimestamp: createdAt }),
      ...(forCase === undefined ? {} : { labels: { [FOR_CASE]: forCase } }),
    },
    spec: { guardName: 'etcd', action: 'ReplaceMember', dryRun: false, cancel: false, ...spec },
    status,
  };
}
