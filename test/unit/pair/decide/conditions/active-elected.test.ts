import { facts, known, unreachable } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import { aPod } from '../../support/pods.ts';
import * as situations from '../../support/situations.ts';

describeCondition('ActiveElected', [
  [
    'is true when a pod of ours holds the role',
    facts(),
    'True',
    'Elected',
    /^rootcoord-0 \(server ID 7\) holds the role$/,
  ],
  [
    'names the cause when the flag does not reach Milvus',
    situations.withoutFlag,
    'True',
    'Elected',
    /without active-standby.*by-dev\/config/,
  ],
  ['is unknown while blind', facts({ etcd: unreachable }), 'Unknown', 'EtcdUnreachable', /cannot be read since/],
  [
    'is unknown while the key of the holder cannot be read',
    facts({ etcd: known(situations.holderUnreadable, 30) }),
    'Unknown',
    'UnreadableSession',
    /session key rootcoord is broken: it is not JSON.*left as they are/,
  ],
  [
    'is unknown while the address of the pod is not reported',
    facts({ pods: [aPod('rootcoord-0', { ip: undefined, ready: false })] }),
    'Unknown',
    'NotObserved',
    /address is not known yet/,
  ],
  [
    'is false while a dead process holds it, with the deadline',
    situations.holderGone,
    'False',
    'WaitingForLease',
    /at the latest at 2026-01-01T12:00:30/,
  ],
  [
    'is false while its process hangs in its stop, since when and until when',
    situations.afterRest(situations.firstStopping),
    'False',
    'Stopping',
    /^rootcoord-0 \(server ID 7\) holds the role, but it was told to stop and serves no more since 2026-01-01T11:59:59.*killed at 2026-01-01T12:00:58/,
  ],
  [
    'says why the session of a process that stops is not ended early',
    situations.afterRest({ ...situations.firstStopping, etcd: known(situations.firstAlone, 30) }),
    'False',
    'Stopping',
    /not ended early: no standby is registered/,
  ],
  [
    'is false when a stranger holds it',
    situations.strangerHolds,
    'False',
    'HolderForeign',
    /stranger at 10\.9\.9\.9:53100/,
  ],
  [
    'says of a holder whose node does not answer when its lease has ended, and that it may work on',
    facts({ nodes: situations.firstCutOff }),
    'True',
    'NodeNotReady',
    /^rootcoord-0 .* but the node of rootcoord-0, node-a, is not ready since .* takes over by 2026-01-01T12:00:20.*may work on/,
  ],
  [
    'is false between two holders',
    situations.afterRest({ etcd: known(situations.keyGone, 30) }),
    'False',
    'WaitingForTakeover',
    /before it was rootcoord-0/,
  ],
  [
    'is false at first, with what a container waits for',
    facts({ pods: [situations.waitingForImage], etcd: known(situations.nobody) }),
    'False',
    'Starting',
    /rootcoord-0: it waits with ImagePullBackOff: no such tag/,
  ],
  [
    'is false when stopped',
    situations.withSpec({ runState: 'Stopped' }, { pods: [], etcd: known(situations.nobody) }),
    'False',
    'Stopped',
    /spec\.runState/,
  ],
]);
