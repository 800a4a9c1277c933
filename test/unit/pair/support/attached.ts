import type { PairFacts, WorkloadFacts } from '../../../../src/pair/facts.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import type { WorkloadView } from '../../../../src/pair/workload-view.ts';
import { changed, type Changes } from './changes.ts';
import { facts, known } from './facts.ts';
import { aPair } from './pair.ts';
import { aPod } from './pods.ts';
import { aSession, heldBy } from './sessions.ts';

/** A Deployment as Milvus' Helm chart makes it, with these changes. */
export function aWorkload(changes: Changes<WorkloadView> = {}): WorkloadView {
  return changed<WorkloadView>(
    {
      kind: 'Deployment',
      name: 'my-release-rootcoord',
      uid: 'uid-of-the-deployment',
      replicas: 2,
      selector: { component: 'rootcoord', 'app.kubernetes.io/instance': 'my-release' },
      templateLabels: { component: 'rootcoord', 'app.kubernetes.io/instance': 'my-release' },
      containers: [{ name: 'rootcoord', image: 'milvusdb/milvus:v2.4.15' }],
    },
    changes,
  );
}

/** Names of the pods that a Deployment has made: without order, and never used again. */
export const [FIRST, SECOND] = ['my-release-rootcoord-5d8f-abcde', 'my-release-rootcoord-5d8f-fghij'] as const;

/** A pod of the Deployment, with these changes. */
export function anAttachedPod(name: string, changes: Changes<PodView> = {}): PodView {
  const place = name === FIRST ? { ip: '10.0.0.1', nodeName: 'node-a' } : { ip: '10.0.0.2', nodeName: 'node-b' };
  return aPod(name, { ...place, templateHash: undefined, ...changes });
}

/** The pair of the tables, looking after a Deployment. */
export const anAttachedPair = ({ annotations, status }: Partial<{ annotations: object; status: object }> = {}) =>
  aPair({
    spec: { image: undefined, workloadRef: { kind: 'Deployment', name: 'my-release-rootcoord' } },
    metadata: { ...(annotations ? { annotations: { ...annotations } } : {}) },
    ...(status ? { status } : {}),
  });

/** A pair at rest that looks after a Deployment: server 7 is ACTIVE, server 8 stands by; with these changes. */
export function attached({
  workload = {},
  ...changes
}: Omit<Changes<PairFacts>, 'workload'> & { readonly workload?: Partial<WorkloadFacts> } = {}): PairFacts {
  return facts({
    pair: anAttachedPair(),
    children: [],
    templateHash: undefined,
    workload: withContainer({ view: aWorkload(), foreignPods: [], ...workload }),
    pods: [anAttachedPod(FIRST, { roleLabel: 'active' }), anAttachedPod(SECOND, { roleLabel: 'standby' })],
    etcd: known(
      heldBy(
        { ...aSession(7n), hostName: FIRST, address: '10.0.0.1:53100' },
        { ...aSession(8n), hostName: SECOND, address: '10.0.0.2:53100' },
      ),
      30,
    ),
    ...changes,
  });
}

/** With the first of its containers as the one that runs Milvus, unless another one is named. */
function withContainer(workload: WorkloadFacts): WorkloadFacts {
  const [container] = workload.view.containers;
  return { ...(container ? { container } : {}), ...workload };
}
