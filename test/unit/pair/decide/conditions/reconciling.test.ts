import { facts, known } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import { aPod, TEMPLATE } from '../../support/pods.ts';
import * as situations from '../../support/situations.ts';

const outdated = {
  pods: [aPod('rootcoord-0', { templateHash: 'old' }), aPod('rootcoord-1', { templateHash: TEMPLATE })],
};

describeCondition('Reconciling', [
  [
    'is there while the pair comes up',
    facts({ pods: [], etcd: known(situations.nobody) }),
    'True',
    'Creating',
    /no process has registered/,
  ],
  ['is there during a failover', situations.holderGone, 'True', 'Failover', /Failover at AwaitingLease since/],
  [
    'is there during a rollout',
    situations.during({}, { ...outdated }),
    'True',
    'Rollout',
    /Rollout at MovingActive since/,
  ],
  [
    'is there while a stopped pair still has pods',
    situations.withSpec({ runState: 'Stopped' }),
    'True',
    'Stopping',
    /still there: rootcoord-0, rootcoord-1/,
  ],
]);
