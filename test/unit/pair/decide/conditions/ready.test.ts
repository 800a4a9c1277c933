import { facts, known, unreachable } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import { aPod } from '../../support/pods.ts';
import * as situations from '../../support/situations.ts';

describeCondition('Ready', [
  [
    'is true with an ACTIVE and a STANDBY',
    facts(),
    'True',
    'PairReady',
    /rootcoord-0 .* holds the role; rootcoord-1 .*would take over/,
  ],
  ['is unknown before the first read', facts({ etcd: situations.pending }), 'Unknown', 'NotObserved', /not been read/],
  [
    'is unknown while blind, with the last good look',
    facts({ etcd: unreachable }),
    'Unknown',
    'EtcdUnreachable',
    /11:59:20.*nothing is touched/,
  ],
  [
    'is false when stopped',
    situations.withSpec({ runState: 'Stopped' }, { pods: [], etcd: known(situations.nobody) }),
    'False',
    'Stopped',
    /spec\.runState/,
  ],
  [
    'is false with nobody registered',
    facts({ etcd: known(situations.nobody) }),
    'False',
    'NoActive',
    /no process has registered/,
  ],
  [
    "is false while the ACTIVE's node does not answer",
    facts({ nodes: situations.firstCutOff, pods: [aPod('rootcoord-0', { ready: false }), aPod('rootcoord-1')] }),
    'False',
    'NoActive',
    /node-a, is not ready since/,
  ],
  [
    'is false while the ACTIVE loads its metadata',
    facts({ pods: [aPod('rootcoord-0', { ready: false }), aPod('rootcoord-1')] }),
    'False',
    'Activating',
    /rootcoord-0 .*not healthy yet/,
  ],
  [
    'is false while the pod of a healthy ACTIVE is kept unready by a container beside it, and does not blame Milvus',
    facts({
      pods: [
        aPod('rootcoord-0', { ready: false, unreadyBeside: 'containers with unready status: [log-shipper]' }),
        aPod('rootcoord-1'),
      ],
    }),
    'False',
    'ActivePodNotReady',
    /^rootcoord-0 holds the role and its Milvus is healthy, but .*\[log-shipper\]/,
  ],
  [
    'is false without a standby',
    facts({ pods: [aPod('rootcoord-0')], etcd: known(situations.firstAlone) }),
    'False',
    'NoStandby',
    /no second process/,
  ],
  [
    'is false when the flag does not reach Milvus',
    situations.withoutFlag,
    'False',
    'FlagNotEffective',
    /look for a key under by-dev\/config/,
  ],
  [
    'is false when a stranger holds the role',
    situations.strangerHolds,
    'False',
    'Conflict',
    /10\.9\.9\.9.*none of this pair's pods; .*before anything is stopped/,
  ],
  [
    'is false when the spec cannot be carried out and nobody is ACTIVE',
    situations.invalid,
    'False',
    'SpecInvalid',
    /spec\.version/,
  ],
  [
    'is true when the spec is broken and the pair runs as it was',
    facts({ problems: [{ reason: 'VersionUnknown', message: 'x' }], children: [], templateHash: undefined }),
    'True',
    'PairReady',
    /rootcoord-0/,
  ],
  [
    'is true when another pair has a name of ours and the pair runs as it was',
    situations.nameTaken,
    'True',
    'PairReady',
    /rootcoord-0/,
  ],
]);
