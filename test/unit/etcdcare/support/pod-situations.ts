import type { PodFacts } from '../../../../src/etcdcare/pod-facts.ts';
import { crashing, etcd, etcdWith, longAgo, look, now, pod, setup } from './facts.ts';
import type { Situation } from './situation.ts';

const pending = (name: string, changes: Partial<PodFacts>): PodFacts => {
  const {
    ip: _,
    nodeName: __,
    nodeReady: ___,
    ...rest
  } = pod(name, {
    phase: 'Pending',
    ready: false,
    container: { state: 'Unknown' },
    unschedulable: '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
    ...changes,
  });
  return rest;
};

/** What Kubernetes tells of pods, claims and nodes. */
export const podSituations: readonly Situation[] = [
  {
    about: 'a StatefulSet at 0',
    facts: etcd({ setup: { ...setup, replicas: 0 }, pods: [], looks: [] }),
    case: 'ScaledToZero',
    pods: [],
    evidence: 'spec.replicas 0',
  },
  {
    about: 'an image that is not there',
    facts: etcdWith([
      pod('etcd-1', {
        ready: false,
        phase: 'Pending',
        container: { state: 'Waiting', reason: 'ImagePullBackOff', message: '' },
        waiting: [{ container: 'etcd', reason: 'ImagePullBackOff', message: '' }],
        events: [{ reason: 'Failed', note: 'Failed to pull image "bitnami/etcd:3.5.0": not found', warning: true }],
      }),
    ]),
    case: 'ImagePullFailed',
    pods: ['etcd-1'],
    evidence: 'bitnami/etcd:3.5.0',
  },
  {
    about: 'a Secret that is not there',
    facts: etcdWith([
      pod('etcd-1', {
        ready: false,
        container: { state: 'Waiting', reason: 'CreateContainerConfigError', message: '' },
        waiting: [{ container: 'etcd', reason: 'CreateContainerConfigError', message: 'secret "etcd" not found' }],
      }),
    ]),
    case: 'ConfigurationInvalid',
    pods: ['etcd-1'],
    evidence: 'secret "etcd" not found',
  },
  {
    about: 'a claim without a class (milvus-docs#1368)',
    facts: etcdWith([
      pending('etcd-2', {
        claims: [
          {
            name: 'data-etcd-2',
            phase: 'Pending',
            terminating: false,
            createdAt: longAgo,
            events: [
              {
                reason: 'FailedBinding',
                note: 'no persistent volumes available for this claim and no storage class is set',
                warning: false,
              },
            ],
          },
        ],
      }),
    ]),
    case: 'VolumePending',
    pods: ['etcd-2'],
    evidence: 'no storage class is set',
  },
  {
    about: 'a claim of a class that is not there',
    facts: etcdWith([
      pending('etcd-2', {
        claims: [
          {
            name: 'data-etcd-2',
            phase: 'Pending',
            storageClassName: 'wrong',
            terminating: false,
            createdAt: longAgo,
            events: [
              { reason: 'ProvisioningFailed', note: 'storageclass.storage.k8s.io "wrong" not found', warning: true },
            ],
          },
        ],
      }),
    ]),
    case: 'VolumePending',
    pods: ['etcd-2'],
    evidence: '"wrong" not found',
  },
  {
    about: 'no room on any node',
    facts: etcdWith([pending('etcd-2', { unschedulable: '0/3 nodes are available: 3 Insufficient memory.' })]),
    case: 'Unschedulable',
    pods: ['etcd-2'],
    evidence: 'Insufficient memory',
  },
  {
    about: 'a volume that is still attached elsewhere',
    facts: etcdWith([
      pod('etcd-1', {
        ready: false,
        phase: 'Pending',
        container: { state: 'Waiting', reason: 'ContainerCreating', message: '' },
        waiting: [{ container: 'etcd', reason: 'ContainerCreating', message: '' }],
        events: [{ reason: 'FailedAttachVolume', note: 'Multi-Attach error for volume "pvc-1"', warning: true }],
      }),
    ]),
    case: 'VolumeNotMounted',
    pods: ['etcd-1'],
    evidence: 'Multi-Attach',
  },
  {
    about: 'a node that is lost',
    facts: etcdWith([pod('etcd-1', { ready: false, nodeReady: false })], { looks: [look('etcd-0'), look('etcd-2')] }),
    case: 'NodeLost',
    pods: ['etcd-1'],
    evidence: 'node-1',
  },
  {
    about: 'too little memory',
    facts: etcdWith([
      crashing('etcd-1', 137, [], {
        crash: { exitCode: 137, reason: 'OOMKilled', containerID: 'c', finishedAt: now, restarts: 1 },
      }),
    ]),
    case: 'OutOfMemory',
    pods: ['etcd-1'],
    evidence: 'OOMKilled',
  },
];
