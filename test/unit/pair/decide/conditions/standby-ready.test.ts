import { facts, known, unreachable } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import { aContainer, aPod } from '../../support/pods.ts';
import { aSession, heldBy } from '../../support/sessions.ts';
import * as situations from '../../support/situations.ts';
import { after } from '../../support/time.ts';

const besides = (second: ReturnType<typeof aPod>) =>
  facts({ pods: [aPod('rootcoord-0'), second], etcd: known(situations.firstAlone, 30) });

describeCondition('StandbyReady', [
  ['is true when a second process is registered', facts(), 'True', 'Registered', /^rootcoord-1 \(server ID 8\)/],
  ['is unknown while blind', facts({ etcd: unreachable }), 'Unknown', 'EtcdUnreachable', /cannot be read since/],
  [
    'is false while it starts',
    besides(aPod('rootcoord-1', { container: aContainer({ runningSince: after(-5) }) })),
    'False',
    'Starting',
    /rootcoord-1 has not registered/,
  ],
  [
    'is false while no node fits it, in the words of the scheduler',
    besides(aPod('rootcoord-1', { unschedulable: '0/3 nodes are available: 3 Insufficient cpu.', container: {} })),
    'False',
    'Starting',
    /rootcoord-1 has not registered in etcd yet: it has no node: 0\/3 nodes are available/,
  ],
  [
    'is false while it crashes, with its exit code',
    besides(situations.crashLooping),
    'False',
    'Starting',
    /its container ended with exit code 134/,
  ],
  [
    'is false while it stops',
    besides(aPod('rootcoord-1', { terminating: true })),
    'False',
    'Terminating',
    /successor has not registered/,
  ],
  [
    'is false while it hangs in its stop, with the end of its grace period',
    facts({ ...situations.firstStopping, etcd: known(heldBy(aSession(8n, 'rootcoord-1')), 30) }),
    'False',
    'Stopping',
    /^rootcoord-0: .*serves no more since 2026-01-01T11:59:59.000Z \(its \/healthz says Abnormal.*killed at 2026-01-01T12:00:58/,
  ],
  [
    'is false while it hangs in a stop that did not come by way of its pod, with the time of its restart',
    facts({ stops: [situations.stopOf('rootcoord-0', 5)], etcd: known(heldBy(aSession(8n, 'rootcoord-1')), 30) }),
    'False',
    'Stopping',
    /pod is restarted if that lasts beyond 2026-01-01T12:00:25/,
  ],
  [
    'is false for a zombie, however ready its pod',
    besides(aPod('rootcoord-1')),
    'False',
    'Zombie',
    /rootcoord-1 looks ready.*never take over/,
  ],
  [
    'is false for a process that was cut off with its node, and says that it may have worked on',
    facts({ nodes: situations.firstCutOff, etcd: known(heldBy(aSession(8n, 'rootcoord-1')), 30) }),
    'False',
    'NodeNotReady',
    /the node of rootcoord-0, node-a, is not ready since 2026-01-01T11:59:50.*no session.*may have worked on for up to about 30 s/,
  ],
  [
    'is false without a second pod',
    facts({ pods: [aPod('rootcoord-0')], etcd: known(situations.firstAlone, 30) }),
    'False',
    'Missing',
    /no second process/,
  ],
  [
    'is false when stopped',
    situations.withSpec({ runState: 'Stopped' }, { pods: [], etcd: known(situations.nobody) }),
    'False',
    'Stopped',
    /stopped/,
  ],
]);
