import { expect } from '@jest/globals';
import type { EtcdGuard } from '../../../src/api/etcd-guard.ts';
import type { EtcdRecovery } from '../../../src/api/etcd-recovery.ts';
import { etcdGuardKind } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { until } from '../../support/until.ts';
import { secretNames } from './etcd-access.ts';
import { damage, removeData, type Damage } from './etcd-damage.ts';
import { expectRecovered, symptom } from './etcd-outcome.ts';
import type { EtcdSet } from './etcd-set.ts';
import type { EtcdOptions } from './etcd-stateful-set.ts';
import { Ledger } from './ledger.ts';
import { approve, askForRecovery, keepsOldData, untilRecovery } from './recovery.ts';
import { expectReplaced, idOf, replaceMemberSteps, stepsOf } from './replaced-member.ts';
import type { Scene } from './scene.ts';

/*
 * Repairs that are played from the damage to the end, on whatever etcd: the guard has the name of the etcd.
 */

const patient = { timeoutMs: 360_000 };

/** What a guard has to be told of an etcd to talk to it. */
export function accessSpec(
  name: string,
  { tls = false, auth = false }: Partial<EtcdOptions>,
): Pick<EtcdGuard['spec'], 'clientTLS' | 'auth'> {
  const names = secretNames(name);
  return {
    ...(tls ? { clientTLS: { secretName: names.tls } } : {}),
    ...(auth ? { auth: { secretName: names.auth } } : {}),
  };
}

/** Makes a volume for snapshots. @returns what a guard that saves them there is told. */
export async function claimSnapshots(
  { kubectl }: Scene,
  storageClassName: string,
): Promise<NonNullable<EtcdGuard['spec']['snapshots']>> {
  await kubectl.apply({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'snapshots' },
    spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  return { claimName: 'snapshots', intervalSeconds: 3600, keep: 2 };
}

/** Waits until a guard names a snapshot that was saved. */
export function untilSnapshot(
  { client, namespace }: Scene,
  guard: string,
): Promise<NonNullable<NonNullable<EtcdGuard['status']>['lastSnapshot']>> {
  const saved = async () =>
    (await client.get<EtcdGuard & KubeObject>(etcdGuardKind, guard, namespace))?.status?.lastSnapshot;
  return until('a snapshot', saved, { timeoutMs: 240_000, everyMs: 500 });
}

/**
 * Destroys the data of all members but one, and has all rebuilt from that one: nothing acknowledged is lost.
 * @param before what a person does between the damage and asking for the recovery
 * @returns the recovery, succeeded.
 */
export async function playRebuild(
  scene: Scene,
  etcd: EtcdSet,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<EtcdRecovery> {
  await using ledger = Ledger.start(etcd, { prefix: 'rebuild/' });
  await ledger.further(50);
  await ledger.stop();
  const [survivor = '', ...others] = etcd.pods;
  const ids = await etcd.memberIDs();
  await Promise.all(others.map((pod) => damage(etcd, pod, removeData)));
  const broken = await symptom(scene);

  await before();
  await askForRecovery(scene, 'rebuild', { guardName: etcd.name, action: 'RebuildFromSurvivor' });
  const { status, metadata } = await untilRecovery(scene, 'rebuild', 'AwaitingApproval', patient);
  expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: survivor, usable: true });
  await approve(scene, 'rebuild', status?.planHash ?? '');
  const ended = await untilRecovery(scene, 'rebuild', 'Succeeded', patient);
  await expectRecovered(scene, broken, { etcd, ledger });
  expect(await etcd.memberIDs()).not.toEqual(ids);
  expect(await keepsOldData(etcd, metadata.uid)).toBe(true);
  return ended;
}

/**
 * Damages a member, and has it replaced while it goes on being written.
 * @returns the recovery, succeeded.
 */
export async function playReplacement(scene: Scene, etcd: EtcdSet, how: Damage): Promise<EtcdRecovery> {
  const [pod = ''] = await etcd.followers();
  const id = await idOf(etcd, pod);
  await using ledger = Ledger.start(etcd);
  await ledger.further(50);
  await damage(etcd, pod, how);
  const broken = await symptom(scene);
  await askForRecovery(scene, 'replace', {
    guardName: etcd.name,
    action: 'ReplaceMember',
    target: { podName: pod },
  });
  const { status } = await untilRecovery(scene, 'replace', 'AwaitingApproval', patient);
  await approve(scene, 'replace', status?.planHash ?? '');
  const ended = await untilRecovery(scene, 'replace', 'Succeeded', patient);
  expect(stepsOf(ended)).toEqual(replaceMemberSteps);
  await expectReplaced(scene, broken, { etcd, pod, id, ledger, recovery: ended });
  return ended;
}

/** Sees that whatever mounted volumes that are tied to nodes ran there, and that something did. */
export async function expectJobsAtTheirVolumes({ kubectl }: Scene): Promise<void> {
  const volumes = new Map(
    (await list<Volume>(kubectl, 'persistentvolumes')).flatMap(({ metadata, spec }) => {
      const node = spec.nodeAffinity?.required.nodeSelectorTerms[0]?.matchExpressions[0]?.values[0];
      return node === undefined ? [] : [[metadata.name, node] as const];
    }),
  );
  const claims = await list<Claim>(kubectl, 'persistentvolumeclaims');
  const nodes = new Map(claims.map(({ metadata, spec }) => [metadata.name, volumes.get(spec.volumeName)]));
  const pods = await list<Pod>(kubectl, 'pods', '--selector=ha.milvus.io/etcd-job');
  const placed = pods.flatMap(({ spec }) =>
    spec.volumes.flatMap(({ persistentVolumeClaim: claim }) =>
      claim ? [{ claim: claim.claimName, node: spec.nodeName }] : [],
    ),
  );
  expect(placed.length).toBeGreaterThan(0);
  expect(placed).toEqual(placed.map(({ claim }) => ({ claim, node: nodes.get(claim) })));
}

interface Named {
  readonly metadata: { readonly name: string };
}
interface Volume extends Named {
  readonly spec: {
    readonly nodeAffinity?: {
      readonly required: {
        readonly nodeSelectorTerms: readonly {
          readonly matchExpressions: readonly { readonly values: readonly string[] }[];
        }[];
      };
    };
  };
}
interface Claim extends Named {
  readonly spec: { readonly volumeName: string };
}
interface Pod extends Named {
  readonly spec: {
    readonly nodeName: string;
    readonly volumes: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
  };
}

async function list<T>(kubectl: Scene['kubectl'], kind: string, ...args: readonly string[]): Promise<readonly T[]> {
  const answer = await kubectl.run(['get', kind, ...args, '--output', 'json']);
  return (JSON.parse(answer) as { readonly items: readonly T[] }).items;
}
