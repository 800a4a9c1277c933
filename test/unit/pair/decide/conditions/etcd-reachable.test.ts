import type { EtcdFacts } from '../../../../../src/pair/facts.ts';
import { facts, unreachable } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import * as situations from '../../support/situations.ts';

const refused = {
  ...unreachable,
  reason: 'AuthenticationFailed',
  message: 'user name or password is wrong',
} as EtcdFacts;
const neverRead = situations.neverRead;

describeCondition('EtcdReachable', [
  ['is true when it was read', facts(), 'True', 'Reachable', /can be read/],
  [
    'is unknown before the first read',
    facts({ etcd: situations.pending }),
    'Unknown',
    'NotObserved',
    /not been read yet/,
  ],
  [
    'is false when it does not answer, since when and until when it did',
    facts({ etcd: unreachable }),
    'False',
    'Unreachable',
    /no answer in time \(failing since 2026-01-01T11:59:30.000Z, last good read 2026-01-01T11:59:20.000Z\)/,
  ],
  ['is false when it was never read', facts({ etcd: neverRead }), 'False', 'Unreachable', /last good read never/],
  [
    'is false with the reason etcd gave',
    facts({ etcd: refused }),
    'False',
    'AuthenticationFailed',
    /password is wrong/,
  ],
]);
