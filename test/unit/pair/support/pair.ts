import type {
  CoordinatorPair,
  CoordinatorPairSpec,
  CoordinatorPairStatus,
} from '../../../../src/api/coordinator-pair.ts';
import { changed, type Changes } from './changes.ts';

const spec: CoordinatorPairSpec = {
  role: 'rootcoord',
  image: 'milvusdb/milvus:v2.4.15',
  imagePullPolicy: 'IfNotPresent',
  mode: 'Managed',
  runState: 'Running',
  etcd: { endpoints: ['my-release-etcd:2379'], rootPath: 'by-dev', metaSubPath: 'meta', kvSubPath: 'kv' },
  pod: { terminationGracePeriodSeconds: 60 },
  placement: 'Preferred',
  rollout: { policy: 'Automatic' },
  remediation: { deadHolder: 'Auto', zombieStandby: 'Auto', stuckHolder: 'Approve', lostNode: 'Approve' },
};

/** The smallest useful pair as the API server returns it, with these changes. */
export function aPair({
  spec: specChanges = {},
  metadata = {},
  status,
}: {
  readonly spec?: Changes<CoordinatorPairSpec>;
  readonly metadata?: Partial<CoordinatorPair['metadata']>;
  readonly status?: CoordinatorPairStatus | undefined;
} = {}): CoordinatorPair {
  return {
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'CoordinatorPair',
    metadata: {
      name: 'rootcoord',
      namespace: 'milvus',
      uid: '5f0c1b6e-0000-4000-8000-000000000001',
      resourceVersion: '100',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: changed(spec, specChanges),
    ...(status ? { status } : {}),
  };
}
