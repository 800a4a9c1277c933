import { describeCondition } from '../../support/expect-conditions.ts';
import * as situations from '../../support/situations.ts';

describeCondition('Stalled', [
  ['is there when the spec cannot be carried out', situations.invalid, 'True', 'SpecInvalid', /spec\.version/],
  ['is there when a name is taken', situations.nameTaken, 'True', 'Conflict', /rename the pair/],
  [
    'is there when a new standby does not come up',
    situations.stalledRollout,
    'True',
    'StandbyNotUp',
    /the rollout was given up .*correct the spec/,
  ],
]);
