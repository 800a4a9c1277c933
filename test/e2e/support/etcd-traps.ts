import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdGuard, GuardCondition } from '../../../src/api/etcd-guard.ts';
import type { EtcdRecovery } from '../../../src/api/etcd-recovery.ts';
import type { GuardConditionType } from '../../../src/api/guard-conditions.ts';
import { etcdGuardKind, etcdRecoveryKind } from '../../../src/api/names.ts';
import { deploymentKind, statefulSetKind } from '../../../src/kube/kinds.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { milvusEtcdImage } from '../../images/etcd-images.ts';
import { until, type UntilOptions } from '../../support/until.ts';
import type { EtcdSet } from './etcd-set.ts';
import { runAsPerson } from './recovery.ts';
import type { Scene } from './scene.ts';

/**
 * Milvus' troubleshooting page half followed: the members but for the first are emptied and cannot join. The template says
 * `existing`, as after an upgrade by Helm: with `new` one that does not hear of the first in time makes a cluster anew.
 */
export async function halfFollowPublishedSteps(etcd: EtcdSet): Promise<void> {
  const emptied = etcd.pods.slice(1);
  await etcd.change({ initialClusterState: 'existing', updateStrategy: 'OnDelete' });
  await etcd.scale(1);
  for (const pod of emptied) await etcd.deleteClaim(pod);
  await etcd.scale(etcd.pods.length);
  for (const pod of emptied) await etcd.untilLogged(pod, /No active endpoints in cluster/);
}

/** A Deployment that a guard takes for Milvus; it lives on for some seconds when it is told to end. */
export async function applyWorkload({ kubectl }: Scene, name: string, labels: object): Promise<void> {
  const container = { name: 'milvus', image: milvusEtcdImage, command: ['sleep', 'infinity'] };
  await kubectl.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 4, containers: [{ ...container, imagePullPolicy: 'IfNotPresent' }] },
      },
    },
  });
  await kubectl.run(['rollout', 'status', `deployment/${name}`, '--timeout=120s']);
}

/** Replicas that a workload asks for. */
export async function replicasOf(
  { client, namespace }: Scene,
  kind: 'Deployment' | 'StatefulSet',
  name: string,
): Promise<number | undefined> {
  const resource = kind === 'Deployment' ? deploymentKind : statefulSetKind;
  const object = await client.get<KubeObject & { spec: { replicas: number } }>(resource, name, namespace);
  return object?.spec.replicas;
}

/** Puts replicas back as soon as they are changed, as Argo CD's self-heal does, until it is disposed. */
export function heal(
  scene: Scene,
  kind: 'Deployment' | 'StatefulSet',
  name: string,
  replicas: number,
): AsyncDisposable & { readonly times: () => number } {
  const end = new AbortController();
  let times = 0;
  const patch = JSON.stringify({ spec: { replicas } });
  const manager = '--field-manager=argocd-controller';
  const healing = (async () => {
    while (!end.signal.aborted) {
      if ((await replicasOf(scene, kind, name)) !== replicas) {
        await scene.kubectl.run(['patch', kind, name, '--type=merge', manager, '--patch', patch]);
        times += 1;
      }
      await sleep(200, undefined, { signal: end.signal }).catch(() => undefined);
    }
  })();
  return {
    times: () => times,
    [Symbol.asyncDispose]: async () => {
      end.abort();
      await healing;
    },
  };
}

/** A recovery as it is. */
export async function readRecovery({ client, namespace }: Scene, name: string): Promise<EtcdRecovery | undefined> {
  return client.get<EtcdRecovery & KubeObject>(etcdRecoveryKind, name, namespace);
}

/** Waits until a recovery says something. @returns what it says. */
export async function untilTold(scene: Scene, name: string, words: RegExp, options?: UntilOptions): Promise<string> {
  return until(
    `EtcdRecovery ${name} to say ${String(words)}`,
    async () => {
      const message = (await readRecovery(scene, name))?.status?.message ?? '';
      return words.test(message) && message;
    },
    { timeoutMs: 120_000, everyMs: 100, ...options },
  );
}

/** Waits until a condition of a guard has a reason. */
export function untilReason(
  { client, namespace }: Scene,
  guardName: string,
  type: GuardConditionType,
  reason: string,
  options?: UntilOptions,
): Promise<GuardCondition> {
  return until(
    `${type} of EtcdGuard ${guardName} to be ${reason}`,
    async () => {
      const guard = await client.get<EtcdGuard & KubeObject>(etcdGuardKind, guardName, namespace);
      const found = guard?.status?.conditions?.find((condition) => condition.type === type);
      return found?.reason === reason && found;
    },
    { timeoutMs: 120_000, everyMs: 200, ...options },
  );
}

/** Runs the command that a sentence ends with, as the one who reads it would. */
export async function runCommandOf(scene: Scene, sentence: string, command: RegExp): Promise<void> {
  const found = command.exec(sentence)?.[0];
  if (found === undefined) throw new Error(`no command like ${String(command)} in: ${sentence}`);
  await runAsPerson(scene, found);
}
