import type { EtcdGuard } from '../../../../../src/api/etcd-guard.ts';
import { diagnose } from '../../../../../src/etcdcare/diagnose/index.ts';
import type { EtcdFacts } from '../../../../../src/etcdcare/facts.ts';
import type { Plan, StepOutcome, Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import type { Claim, EtcdWorld } from '../../../../../src/etcdcare/recovery/world.ts';
import type { EtcdStatefulSet } from '../../../../../src/etcdcare/setup/stateful-set.ts';
import type { Stored } from '../../../../../src/kube/objects.ts';
import { etcd, guard, names, now, setup } from '../../support/facts.ts';

export const dataDir = '/bitnami/etcd/data';

/** The StatefulSet of the etcd in facts.ts, as Milvus' chart renders it. */
export function statefulSet(state: 'new' | 'existing' = 'new'): Stored<EtcdStatefulSet> {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: 'etcd',
      namespace: 'milvus',
      uid: 'uid-of-set',
      resourceVersion: '7',
      generation: 3,
      creationTimestamp: '2026-11-01T12:00:00Z',
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      ownerReferences: [{ apiVersion: 'milvus.io/v1beta1', kind: 'Milvus', name: 'milvus', uid: 'uid-of-milvus' }],
    },
    spec: {
      replicas: 3,
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        spec: {
          containers: [
            {
              name: 'etcd',
              image: setup.image,
              env: [
                { name: 'ETCD_INITIAL_CLUSTER_STATE', value: state },
                { name: 'ETCD_DATA_DIR', value: dataDir },
              ],
              volumeMounts: [{ name: 'data', mountPath: '/bitnami/etcd' }],
            },
          ],
        },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    },
  };
}

/** The claim of a pod, with a volume unless it is told otherwise. */
export function claim(pod: string, changes: Partial<Stored<Claim>> = {}): Stored<Claim> {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `data-${pod}`, namespace: 'milvus', uid: `uid-of-claim-${pod}`, resourceVersion: '5' },
    spec: { volumeName: `pv-${pod}` },
    status: { phase: 'Bound' },
    ...changes,
  };
}

/** The world that such facts are seen in. */
export function worldOf(
  facts: EtcdFacts = etcd(),
  changes: Partial<Pick<EtcdWorld, 'set' | 'claims'>> & { readonly spec?: Partial<EtcdGuard['spec']> } = {},
): EtcdWorld {
  const { ailment, quorum } = diagnose(facts);
  const known = { ...facts, setup: { ...facts.setup, dataDir } };
  const base = guard();
  return {
    guard: { ...base, spec: { ...base.spec, ...changes.spec } },
    set: changes.set ?? statefulSet(),
    facts: known,
    quorum,
    ...(ailment ? { ailment } : {}),
    claims: changes.claims ?? new Map(names.map((name) => [name, claim(name)])),
  };
}

/** What a step is given: only what a test names works. */
export function workWith(details: Plan['details'], changes: Partial<Work>): Work {
  const unexpected = (name: string) => (): never => {
    throw new Error(`the test expected no ${name}`);
  };
  return {
    recovery: { metadata: { name: 'r', namespace: 'milvus', uid: 'uid-of-recovery' } } as Work['recovery'],
    guard: guard(),
    client: {} as Work['client'],
    details,
    notes: {},
    changes: [],
    watchNamespaces: [],
    now,
    stepStarted: now,
    signal: new AbortController().signal,
    look: unexpected('look'),
    member: unexpected('member'),
    change: unexpected('change'),
    remember: unexpected('remember'),
    putBack: unexpected('putBack'),
    forget: unexpected('forget'),
    ...changes,
  };
}

/** A step's outcome in short. */
export const stateOf = ({ state }: StepOutcome): StepOutcome['state'] => state;
