import { attached, aWorkload } from '../../support/attached.ts';
import { facts } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';

describeCondition('SpecValid', [
  ['is true without problems', facts(), 'True', 'Valid', /can be rendered/],
  ['is true for a workload with two replicas', attached(), 'True', 'Valid', /can be rendered/],
  ...[
    { replicas: 1, words: /Deployment my-release-rootcoord asks for one replica and must ask for two/ },
    { replicas: 3, words: /asks for 3 replicas and must ask for two.*looked after all the same/ },
  ].map(
    ({ replicas, words }) =>
      [
        `is false for a workload with ${replicas} of them`,
        attached({ workload: { view: aWorkload({ replicas }) } }),
        'False',
        'WorkloadReplicas',
        words,
      ] as const,
  ),
  [
    'is false with every problem in its message',
    facts({
      problems: [
        { reason: 'ReservedSetting', message: 'first' },
        { reason: 'VersionTooOld', message: 'second' },
      ],
    }),
    'False',
    'ReservedSetting',
    /^first; second$/,
  ],
]);
