import { facts } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import * as situations from '../../support/situations.ts';

describeCondition('Paused', [
  ['is false in mode Managed', facts(), 'False', 'Managed', /looks after/],
  ['is true in mode Paused', situations.withSpec({ mode: 'Paused' }), 'True', 'Paused', /set spec\.mode to Managed/],
  [
    'is true in mode ObserveOnly',
    situations.withSpec({ mode: 'ObserveOnly' }),
    'True',
    'ObserveOnly',
    /changes nothing/,
  ],
]);
