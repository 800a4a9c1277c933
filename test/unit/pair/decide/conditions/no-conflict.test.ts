import { attached, FIRST, SECOND } from '../../support/attached.ts';
import { facts, known } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import { aSession, heldBy } from '../../support/sessions.ts';
import * as situations from '../../support/situations.ts';

const ours = aSession(7n);
const standby = aSession(8n, 'rootcoord-1');
const other = aSession(9n, 'rootcoord-0', { hostName: 'stranger', address: '10.9.9.9:53100' });

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
    'is false when a stranger holds the role and is seen to live',
    { ...situations.strangerHolds, renewed: new Set([9000n]) },
    'False',
    'ForeignMember',
    /it renews its session, so it lives\. Find out what it is before anything is stopped/,
  ],
  [
    'is false as soon as another Milvus stands by on the same path, while that is still harmless',
    facts({ etcd: known(heldBy(ours, standby, other, { ...other, serverID: 10n })), renewed: new Set([9000n]) }),
    'False',
    'ForeignMember',
    /^2 processes are registered for rootcoord below by-dev .*: stranger at 10\.9\.9\.9:53100.*may take the role at its next change\. .*etcd\.rootPath of its own now/,
  ],
  [
    'is true while a registration beside the pair has not been seen to live: it may be left over',
    facts({ etcd: known(heldBy(ours, standby, other)) }),
    'True',
    'NoConflict',
    /alone/,
  ],
  [
    'is false when the ACTIVE registers the loopback address, and calls nothing a stranger or a zombie',
    facts({ etcd: known(heldBy({ ...ours, address: '127.0.0.1:53100' }, standby)), renewed: new Set([7000n]) }),
    'False',
    'WrongAddress',
    /calls itself rootcoord-0 \(server ID 7\) has registered 127\.0\.0\.1:53100, a loopback address, which is none of the addresses of that pod \(10\.0\.0\.1\).*rootCoord\.ip in the image's milvus\.yaml or below by-dev\/config.*Stop or delete neither/,
  ],
  [
    'is false when a Milvus of a workload registers an address of another network',
    attached({
      etcd: known(
        heldBy(
          { ...ours, hostName: FIRST, address: '169.254.20.10:53100' },
          { ...standby, hostName: SECOND, address: '10.0.0.2:53100' },
        ),
      ),
      renewed: new Set([7000n]),
    }),
    'False',
    'WrongAddress',
    /a link-local address.*rootCoord\.ip in the configuration of Deployment my-release-rootcoord and remove it/,
  ],
  [
    'is true when the holder is our own dead process, and stays so',
    situations.holderGone,
    'True',
    'NoConflict',
    /alone/,
  ],
]);
