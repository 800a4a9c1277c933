import { facts, known, unreachable } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import { aPod } from '../../support/pods.ts';
import * as situations from '../../support/situations.ts';

describeCondition('Redundant', [
  ['is true on two nodes', facts(), 'True', 'DistinctNodes', /ACTIVE runs on node-a, STANDBY on node-b/],
  [
    'is false on one node',
    facts({ pods: [aPod('rootcoord-0'), aPod('rootcoord-1', { nodeName: 'node-a' })] }),
    'False',
    'SameNode',
    /both processes run on node-a.*add a node/,
  ],
  [
    'is false with one process',
    facts({ pods: [aPod('rootcoord-0')], etcd: known(situations.firstAlone) }),
    'False',
    'NotScheduled',
    /not two registered/,
  ],
  ['is unknown while blind', facts({ etcd: unreachable }), 'Unknown', 'EtcdUnreachable', /nothing is touched/],
]);
