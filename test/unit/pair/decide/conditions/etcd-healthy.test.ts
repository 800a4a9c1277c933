import { facts, unreachable } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import * as situations from '../../support/situations.ts';

describeCondition('EtcdHealthy', [
  ['is true when a linearizable read succeeds', facts(), 'True', 'Healthy', /linearizable/],
  [
    'is unknown when nobody answers: the fault may be on the way',
    facts({ etcd: unreachable }),
    'Unknown',
    'EtcdUnreachable',
    /cannot be read/,
  ],
  [
    'is false when an endpoint answers and sees no leader',
    facts({ etcd: situations.noQuorum }),
    'False',
    'NoQuorum',
    /my-release-etcd:2379 answers and sees no leader/,
  ],
  [
    'is unknown before the first read',
    facts({ etcd: situations.pending }),
    'Unknown',
    'NotObserved',
    /not been read yet/,
  ],
]);
