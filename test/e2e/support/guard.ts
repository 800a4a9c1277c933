import type { AilmentCase, EtcdGuard } from '../../../src/api/etcd-guard.ts';
import { etcdGuardKind } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { until, type UntilOptions } from '../../support/until.ts';
import type { Scene } from './scene.ts';

/** What a person may say of a guard; the rest is the CRD's default. */
export type GuardSpec = Partial<Omit<EtcdGuard['spec'], 'policy'>> & {
  readonly policy?: Partial<EtcdGuard['spec']['policy']>;
};

/** Has the etcd of a StatefulSet guarded; the guard has its name. */
export async function guardEtcd({ kubectl }: Scene, name: string, spec: GuardSpec = {}): Promise<void> {
  await kubectl.apply({
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'EtcdGuard',
    metadata: { name },
    spec: { statefulSetName: name, ...spec },
  });
}

/** Waits until a guard names an ailment. */
export function untilDiagnosed(
  { client, namespace }: Scene,
  name: string,
  ailment: AilmentCase,
  options: UntilOptions = {},
): Promise<EtcdGuard> {
  return until(
    `EtcdGuard ${name} to name ${ailment}`,
    async () => {
      const guard = await client.get<EtcdGuard & KubeObject>(etcdGuardKind, name, namespace);
      return guard?.status?.diagnosis?.case === ailment ? guard : undefined;
    },
    { timeoutMs: 120_000, everyMs: 200, ...options },
  );
}
