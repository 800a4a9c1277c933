import { expect } from '@jest/globals';
import type { EtcdGuard } from '../../../src/api/etcd-guard.ts';
import type { EtcdRecovery } from '../../../src/api/etcd-recovery.ts';
import { etcdGuardKind, etcdRecoveryKind } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { until } from '../../support/until.ts';
import type { EtcdSet } from './etcd-set.ts';
import type { Ledger } from './ledger.ts';
import type { Scene } from './scene.ts';

/** What the report tells of every scenario in which an etcd is repaired. */
export interface Outcome {
  /** Acknowledged puts that are not there any more. */
  readonly ackedLost: number;
  /** Acknowledged puts that the plan says may be lost. */
  readonly lossBound: number;
  /** Whether all members hold the same. */
  readonly membersEqual: boolean;
  /** From the symptom until all members are healthy and, where there is a guard, it says so. */
  readonly secondsToHealthy: number;
  /** Recoveries that a person approved. */
  readonly humanApprovals: number;
}

/** The moment when an etcd is broken. */
export interface Symptom {
  readonly atMs: number;
  /** The PersistentVolumes of the scenario, by name: from here on none may be reclaimed. */
  readonly volumes: readonly string[];
}

/** Begins to measure: to be called right after the damage is done. */
export async function symptom(scene: Scene): Promise<Symptom> {
  return { atMs: Date.now(), volumes: await volumesOf(scene) };
}

/** What an outcome is told of. */
export interface Recovered {
  readonly etcd: EtcdSet;
  readonly ledger: Ledger;
  /** When this is said, only what was acknowledged from then on may be missing; else nothing. */
  readonly mayLoseSinceMs?: number;
  /** The pods of the members that are expected to be healthy; left out, all. */
  readonly pods?: readonly string[];
}

/**
 * Waits until an etcd is healthy again, and sees what became of it: nothing beyond the bound is lost, all members hold the
 * same and none is on an empty store, no volume was reclaimed. Leaves the {@link Outcome} for the report; a second one of
 * the same scenario is added to the first.
 */
export async function expectRecovered(
  scene: Scene,
  { atMs, volumes }: Symptom,
  { etcd, ledger, mayLoseSinceMs = Infinity, pods = etcd.pods }: Recovered,
): Promise<void> {
  await etcd.untilHealthy(pods);
  if (pods.length === etcd.pods.length) await untilGuardSaysSo(scene, etcd.name);
  const secondsToHealthy = Math.round((Date.now() - atMs) / 1000);
  await ledger.stop();
  const mayMiss = ledger.acknowledged.filter((put) => put.atMs >= mayLoseSinceMs);
  const missing = await ledger.missing();
  const membersEqual = await etcd.hashesEqual(pods);
  const humanApprovals = (await recoveriesSince(scene, atMs)).filter(({ status }) => status?.approvedBy === 'Person');
  tell(scene, {
    ackedLost: missing.length,
    lossBound: mayMiss.length,
    membersEqual,
    secondsToHealthy,
    humanApprovals: humanApprovals.length,
  });

  expect(missing.filter((put) => !mayMiss.includes(put))).toEqual([]);
  expect(membersEqual).toBe(true);
  const kept = ledger.acknowledged.length - missing.length;
  expect(kept).toBeGreaterThan(0);
  // One that was given up when the ledger ended may have been done, too.
  const counts = await Promise.all(pods.map((pod) => etcd.ownCount(pod, ledger.prefix)));
  expect(counts.filter((count) => count !== kept && count !== kept + 1)).toEqual([]);
  expect(await volumesOf(scene)).toEqual(expect.arrayContaining([...volumes]));
}

function tell({ measurements }: Scene, now: Outcome): void {
  const { ackedLost, lossBound, membersEqual, secondsToHealthy, humanApprovals } = measurements as Partial<Outcome>;
  const all: Outcome = {
    ackedLost: now.ackedLost + (ackedLost ?? 0),
    lossBound: now.lossBound + (lossBound ?? 0),
    membersEqual: now.membersEqual && membersEqual !== false,
    secondsToHealthy: now.secondsToHealthy + (secondsToHealthy ?? 0),
    humanApprovals: now.humanApprovals + (humanApprovals ?? 0),
  };
  Object.assign(measurements, all);
}

async function untilGuardSaysSo({ client, namespace }: Scene, name: string): Promise<void> {
  const healthy = async () => {
    const guard = await client.get<EtcdGuard & KubeObject>(etcdGuardKind, name, namespace);
    if (!guard) return true;
    return guard.status?.conditions?.some(({ type, status }) => type === 'Healthy' && status === 'True');
  };
  await until(`EtcdGuard ${name} to say Healthy`, healthy, { timeoutMs: 120_000, everyMs: 250 });
}

async function recoveriesSince({ client, namespace }: Scene, sinceMs: number): Promise<readonly EtcdRecovery[]> {
  const { items } = await client.list<EtcdRecovery & KubeObject>(etcdRecoveryKind, { namespace });
  return items.filter(({ status }) => Date.parse(status?.startTime ?? '') >= sinceMs);
}

/** The volumes that claims of the scenario have or had, by name. */
export async function volumesOf({ kubectl, namespace }: Pick<Scene, 'kubectl' | 'namespace'>): Promise<string[]> {
  const question = `jsonpath={range .items[?(@.spec.claimRef.namespace=="${namespace}")]}{.metadata.name}{"\\n"}{end}`;
  return (await kubectl.run(['get', 'persistentvolumes', '--output', question])).split('\n').filter(Boolean).sort();
}
