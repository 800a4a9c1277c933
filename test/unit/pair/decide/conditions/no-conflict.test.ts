import { attached } from '../../support/attached.ts';
import { facts } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import * as situations from '../../support/situations.ts';

describeCondition('NoConflict', [
  ['is true when all is ours', facts(), 'True', 'NoConflict', /alone/],
  [
    'is false for a second pair of the same role',
    facts({ duplicateOf: 'milvus/older' }),
    'False',
    'DuplicatePair',
    /milvus\/older already.*delete one/,
  ],
  [
    'is false when another pair has the workload',
    attached({ workload: { takenBy: 'older' }, pods: [] }),
    'False',
    'WorkloadTaken',
    /Deployment my-release-rootcoord belongs to CoordinatorPair older: its pods are left alone; delete one/,
  ],
  [
    "is false when a workload's selector matches pods of somebody else's",
    attached({ workload: { foreignPods: ['debug', 'other'] } }),
    'False',
    'ForeignPods',
    /selector of Deployment my-release-rootcoord matches pods that it has not made: debug, other/,
  ],
  [
    'is false when a name belongs to somebody else',
    situations.nameTaken,
    'False',
    'NameConflict',
    /StatefulSet rootcoord belongs to Milvus my-release: not touched; rename the pair/,
  ],
  [
    'is false when a stranger holds the role, and stays so',
    situations.strangerHolds,
    'False',
    'ForeignMember',
    /stranger at 10\.9\.9\.9:53100 \(server ID 9\).*etcd\.rootPath/,
  ],
  [
    'is true when the holder is our own dead process, and stays so',
    situations.holderGone,
    'True',
    'NoConflict',
    /alone/,
  ],
]);
