import { facts, known, unreachable } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import { aPod } from '../../support/pods.ts';
import * as situations from '../../support/situations.ts';

describeCondition('ServiceInSync', [
  ['is true when the ACTIVE carries the label', facts(), 'True', 'InSync', /rootcoord-active selects rootcoord-0/],
  [
    'is true as soon as the labels are put on',
    facts({ pods: [aPod('rootcoord-0'), aPod('rootcoord-1')] }),
    'True',
    'InSync',
    /rootcoord-0/,
  ],
  [
    'is false while nobody holds the role',
    facts({ etcd: known(situations.nobody) }),
    'False',
    'NoActive',
    /selects no pod/,
  ],
  [
    'is false in mode ObserveOnly',
    situations.withSpec({ mode: 'ObserveOnly' }),
    'False',
    'LabelsRemoved',
    /ObserveOnly.*selects none/,
  ],
  [
    'stays true in mode Paused, where labels follow',
    situations.withSpec({ mode: 'Paused' }),
    'True',
    'InSync',
    /rootcoord-0/,
  ],
  ['is unknown while blind', facts({ etcd: unreachable }), 'Unknown', 'EtcdUnreachable', /nothing is touched/],
]);
