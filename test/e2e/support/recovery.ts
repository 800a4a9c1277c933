import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EtcdGuard } from '../../../src/api/etcd-guard.ts';
import type { EtcdRecovery, RecoveryAction, RecoveryState } from '../../../src/api/etcd-recovery.ts';
import { etcdGuardKind, etcdRecoveryKind } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { clientEnvironment } from '../../cluster/kubeconfig.ts';
import { run } from '../../cluster/process.ts';
import { ensurePrograms } from '../../cluster/programs.ts';
import { until, type UntilOptions } from '../../support/until.ts';
import type { EtcdSet } from './etcd-set.ts';
import type { Scene } from './scene.ts';

/** Asks for a recovery as a person does; the guard has the name of the etcd. */
export async function askForRecovery(
  { kubectl }: Scene,
  name: string,
  spec: Partial<EtcdRecovery['spec']> & { readonly guardName: string; readonly action: RecoveryAction },
): Promise<void> {
  await kubectl.apply({ apiVersion: 'ha.milvus.io/v1alpha1', kind: 'EtcdRecovery', metadata: { name }, spec });
}

/** Approves the plan that stands in the status, or another one. */
export async function approve({ kubectl }: Scene, name: string, planHash: string): Promise<void> {
  const patch = JSON.stringify({ spec: { approval: { planHash } } });
  await kubectl.run(['patch', 'etcdrecovery', name, '--type', 'merge', '--patch', patch]);
}

/**
 * Waits until a guard has asked for an action and its condition asks a person for approval, and runs the very command that
 * the condition prints.
 * @returns the recovery as it was approved.
 */
export async function approveAsTold(scene: Scene, guard: string, action: RecoveryAction): Promise<EtcdRecovery> {
  const { client, namespace } = scene;
  const asks = async () => {
    const found = await client.get<EtcdGuard & KubeObject>(etcdGuardKind, guard, namespace);
    const { reason, message = '' } = found?.status?.conditions?.find(({ type }) => type === 'RecoveryInProgress') ?? {};
    return reason === 'AwaitingApproval' && message.includes(`(${action})`) && message;
  };
  const message = await until(`EtcdGuard ${guard} to ask for approval of ${action}`, asks, {
    timeoutMs: 360_000,
    everyMs: 250,
  });
  const asked = (await recoveriesOf(scene, action)).find(({ status }) => status?.state === 'AwaitingApproval');
  const command = /kubectl patch etcdrecovery .*/.exec(message)?.[0];
  if (!asked || command === undefined) throw new Error(`no command to approve it: ${message}`);
  await runAsPerson(scene, command);
  return asked;
}

/** Runs a person's shell commands with their kubectl. @returns what they print. */
export async function runAsPerson({ cluster }: Scene, commands: string): Promise<string> {
  const { kubectl } = await ensurePrograms(['kubectl']);
  const { kubeconfigPath } = cluster;
  const env = {
    ...clientEnvironment(kubeconfigPath),
    KUBECONFIG: kubeconfigPath,
    PATH: `${dirname(kubectl)}:${process.env['PATH'] ?? ''}`,
  };
  return run('bash', ['-euo', 'pipefail', '-c', commands], { env, timeoutMs: 180_000 });
}

/** Waits until a guard has asked for an action, on the member in a pod if one is named. */
export function untilAskedFor(scene: Scene, action: RecoveryAction, podName?: string): Promise<EtcdRecovery> {
  const asked = async () =>
    (await recoveriesOf(scene, action)).find(({ spec }) => podName === undefined || spec.target?.podName === podName);
  return until(`the guard to ask for ${action}`, asked, { timeoutMs: 360_000, everyMs: 250 });
}

/** Waits until a recovery is in one of these states. @throws with its message when it ends in another one. */
export async function untilRecovery(
  { client, namespace }: Scene,
  name: string,
  state: RecoveryState,
  options: UntilOptions = {},
): Promise<EtcdRecovery> {
  return until(
    `EtcdRecovery ${name} to be ${state}`,
    async () => {
      const recovery = await client.get<EtcdRecovery & KubeObject>(etcdRecoveryKind, name, namespace);
      const { state: now, message = '' } = recovery?.status ?? {};
      if (now !== state && now !== undefined && ended.includes(now))
        throw new Error(`EtcdRecovery ${name} is ${now}: ${message}`);
      return now === state ? recovery : undefined;
    },
    { timeoutMs: 120_000, everyMs: 200, ...options },
  );
}

/** Waits until a recovery is at a step. */
export async function untilStep({ client, namespace }: Scene, name: string, step: string): Promise<void> {
  const at = async () => {
    const recovery = await client.get<EtcdRecovery & KubeObject>(etcdRecoveryKind, name, namespace);
    return recovery?.status?.step?.endsWith(` ${step}`);
  };
  await until(`${name} to be at ${step}`, at, { timeoutMs: 120_000 });
}

const ended: readonly RecoveryState[] = ['Succeeded', 'Failed', 'Refused', 'Cancelled', 'Expired'];

/** The recoveries of an action, by name. */
export async function recoveriesOf(
  { client, namespace }: Scene,
  action: RecoveryAction,
): Promise<readonly EtcdRecovery[]> {
  const { items } = await client.list<EtcdRecovery & KubeObject>(etcdRecoveryKind, { namespace });
  return items.filter(({ spec }) => spec.action === action);
}

/** Whether the volumes of these pods still have what was on them before a rebuild, under another name. */
export async function keepsOldData(
  etcd: EtcdSet,
  operation: string,
  pods: readonly string[] = etcd.pods,
): Promise<boolean> {
  const volumes = await Promise.all(pods.map(async (pod) => readdir(await etcd.volumeFolder(pod))));
  return volumes.every((names) => names.includes(`data.bak-${operation}`));
}
