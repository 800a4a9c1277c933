import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { ApprovedGuard } from './journal.ts';

/** The guard with what of its spec the plan was approved with. */
export function asApproved(
  guard: EtcdGuard,
  { toolsImage, snapshotsClaimName: claimName, milvus }: ApprovedGuard,
): EtcdGuard {
  const { toolsImage: _image, milvus: _milvus, snapshots, ...spec } = guard.spec;
  return {
    ...guard,
    spec: {
      ...spec,
      ...(toolsImage === undefined ? {} : { toolsImage }),
      ...(milvus ? { milvus } : {}),
      ...(snapshots && claimName !== undefined ? { snapshots: { ...snapshots, claimName } } : {}),
    },
  };
}

/** The other way round: what of it a plan is approved with. */
export function approvedGuard({ spec: { toolsImage, snapshots, milvus } }: EtcdGuard): ApprovedGuard {
  return {
    ...(toolsImage === undefined ? {} : { toolsImage }),
    ...(snapshots ? { snapshotsClaimName: snapshots.claimName } : {}),
    ...(milvus ? { milvus } : {}),
  };
}
