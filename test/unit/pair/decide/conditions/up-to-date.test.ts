import { facts } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import { attached } from '../../support/attached.ts';
import { aPod, TEMPLATE } from '../../support/pods.ts';
import * as situations from '../../support/situations.ts';

const outdated = {
  pods: [aPod('rootcoord-0', { templateHash: 'old' }), aPod('rootcoord-1', { templateHash: TEMPLATE })],
};

describeCondition('UpToDate', [
  ['is true when both pods come from the wished template', facts(), 'True', 'UpToDate', /every pod/],
  [
    'is false while a rollout is on its way',
    facts(outdated),
    'False',
    'RollingOut',
    /rootcoord-0 are to be renewed: the standby first/,
  ],
  [
    'is false while rollouts are paused',
    situations.withSpec({ rollout: { policy: 'Paused' } }, outdated),
    'False',
    'RolloutPaused',
    /rollout\.policy is Automatic/,
  ],
  [
    'is false when a rollout stalled',
    situations.stalledRollout,
    'False',
    'RolloutFailed',
    /rootcoord-0 are kept on the template that worked/,
  ],
  [
    'is unknown where the operator may not renew pods',
    situations.withSpec({ mode: 'Paused' }, outdated),
    'Unknown',
    'NotManaged',
    /in mode Managed/,
  ],
  [
    'is true for a workload, which renews its pods itself',
    attached(),
    'True',
    'Attached',
    /Deployment my-release-rootcoord makes the pods and renews them itself/,
  ],
  ['is unknown while the spec cannot be rendered', situations.invalid, 'Unknown', 'NotObserved', /see SpecValid/],
]);
