import { describeCondition } from '../../support/expect-conditions.ts';
import { facts } from '../../support/facts.ts';
import { aPair } from '../../support/pair.ts';

const annotations = { 'ha.milvus.io/garbage-collection-off': 'rebuild-7' };

describeCondition('RemediationRequired', [
  ['is false when nothing waits', facts(), 'False', 'NothingToApprove', /nothing waits/],
  [
    'asks a person to turn garbage collection on again after a rebuild of etcd',
    facts({ pair: aPair({ metadata: { annotations }, spec: { role: 'datacoord' } }) }),
    'True',
    'GarbageCollectionOff',
    /since EtcdRecovery rebuild-7 .* kubectl annotate coordinatorpair .* ha\.milvus\.io\/garbage-collection-off-$/,
  ],
  [
    'asks nothing of a pair that runs none',
    facts({ pair: aPair({ metadata: { annotations } }) }),
    'False',
    'NothingToApprove',
    /nothing waits/,
  ],
]);
