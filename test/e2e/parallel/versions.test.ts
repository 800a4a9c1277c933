import { expect } from '@jest/globals';
import { standInImage } from '../../images/build.ts';
import { until } from '../../support/until.ts';
import type { ScenarioEtcd } from '../support/etcd.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { pairManifest, type PodLife, type ScenarioPair } from '../support/pair.ts';
import { scenario, type Scene } from '../support/scenario.ts';

/** What a standby does that has lost its lease: goes on as if nothing had happened, or ends. */
type AfterLoss = 'zombie' | 'exits';

/** One release of each generation of Milvus' session code (docs/versions.md). */
const generations: readonly (readonly [release: string, role: 'rootcoord' | 'mixcoord', AfterLoss])[] = [
  ['2.2.8', 'rootcoord', 'zombie'],
  ['2.2.14', 'rootcoord', 'zombie'],
  ['2.3.3', 'rootcoord', 'zombie'],
  ['2.4.15', 'rootcoord', 'zombie'],
  ['2.5.10', 'rootcoord', 'zombie'],
  ['2.6.0', 'mixcoord', 'zombie'],
  ['2.6.6', 'mixcoord', 'zombie'],
  ['2.6.7', 'mixcoord', 'exits'],
  ['2.6.13', 'mixcoord', 'exits'],
  ['3.0.0', 'mixcoord', 'exits'],
];

/** Long enough for a busy kubelet to tell of a dead container before the lease ends by itself. */
const sessionTTLSeconds = 20;

/** The pair's start-up allowance (60 s), its TTL, a pod's end and a new one's registration, on a busy machine. */
const zombieLimit = { timeoutMs: 180_000, everyMs: 500 };

const nameOf = (release: string): string => `v${release.replaceAll('.', '-')}`;

scenario(
  'every generation of Milvus: a lost standby comes back, a killed ACTIVE is replaced at once, ACTIVE moves once',
  async (scene) => {
    const etcd = await scene.startEtcd();
    const manifests = generations.map(([release, role]) =>
      pairManifest(nameOf(release), {
        role,
        image: standInImage(release),
        etcd: { endpoints: ['etcd:2379'], rootPath: nameOf(release) },
        sessionTTLSeconds,
        // Up to 2.3.13 a standby does not obey the first SIGTERM (milvus#32066).
        pod: { terminationGracePeriodSeconds: 10 },
      }),
    );
    await scene.kubectl.apply(manifests);
    const played = generations.map(([release, role, afterLoss]) => play(scene, etcd, release, role, afterLoss));
    const failed = (await Promise.allSettled(played)).flatMap((result, index) =>
      result.status === 'rejected' ? `${generations[index]?.[0] ?? ''}: ${String(result.reason)}` : [],
    );
    expect(failed).toEqual([]);
  },
  { timeoutMs: 420_000 },
);

async function play(
  scene: Scene,
  etcd: ScenarioEtcd,
  release: string,
  role: string,
  afterLoss: AfterLoss,
): Promise<void> {
  const pair = scene.pair(nameOf(release));
  await using witness = await EtcdWitness.start(etcd, role, `${nameOf(release)}/meta/session/`);
  const { status } = await pair.untilSteady(zombieLimit);
  expect(status?.session).toMatchObject({ version: release, grantedTTLSeconds: sessionTTLSeconds });
  await loseStandby(scene, etcd, pair, role, afterLoss);
  await killActive(scene, pair, witness);
  // Nothing waits for the session of the new ACTIVE to be bound: of 2.3.3, which keeps its lease, the move ends it all the same.
  const askedMs = Date.now();
  expect(await pair.switchOver('once')).toMatchObject({ result: 'Completed' });
  const after = await pair.untilSteady(zombieLimit);
  expect(witness.holdersSince(askedMs)).toEqual([after.status?.active?.serverID]);
  expect(after.status?.history?.map(({ type, how }) => `${type} ${how ?? ''}`)).toEqual([
    // 2.3.3 does not give its lease back, and hangs in its stop.
    `Switchover ${release === '2.3.3' ? 'LeaseRevoked' : 'Released'}`,
    'Failover LeaseRevoked',
  ]);
}

/** Takes the standby's lease away, as an etcd outage does, and waits until a standby is registered again. */
async function loseStandby(
  scene: Scene,
  etcd: ScenarioEtcd,
  pair: ScenarioPair,
  role: string,
  afterLoss: AfterLoss,
): Promise<void> {
  const before = await pair.lives();
  const { standby, active } = await pair.status();
  const key = `${pair.name}/meta/session/${role}-${standby?.serverID ?? ''}`;
  const lostMs = Date.now();
  await etcd.revokeLeaseOf(key);
  await until(
    `another standby of ${pair.name}`,
    async () => {
      const { standby: next } = await pair.status();
      return next !== undefined && next.serverID !== standby?.serverID;
    },
    zombieLimit,
  );
  scene.measurements[`${pair.name}-standbyBackMs`] = Date.now() - lostMs;
  const of = (lives: readonly PodLife[]) => lives.find(({ name }) => name === standby?.podName);
  const lost = of(before);
  expect((await pair.status()).active?.serverID).toBe(active?.serverID);
  if (afterLoss === 'zombie') {
    expect(of(await pair.lives())?.uid).not.toBe(lost?.uid);
    await pair.untilEvent('ZombieStandbyRestarted');
  } else {
    // The process registers before its kubelet tells of the restart.
    await until('the restart to be told', async () => of(await pair.lives())?.restarts === (lost?.restarts ?? 0) + 1);
    expect(of(await pair.lives())?.uid).toBe(lost?.uid);
  }
}

/** Kills the ACTIVE's process and waits for its successor, which comes before the lease can have ended. */
async function killActive(scene: Scene, pair: ScenarioPair, witness: EtcdWitness): Promise<void> {
  await pair.untilBound(zombieLimit);
  const { active } = await pair.status();
  const killedMs = Date.now();
  await scene.cluster.killContainer({ namespace: scene.namespace, pod: active?.podName ?? '' });
  const elected = await witness.next(active?.serverID, { timeoutMs: 30_000 });
  scene.measurements[`${pair.name}-failoverMs`] = elected.atMs - killedMs;
  const { status } = await pair.untilSteady(zombieLimit);
  expect(status?.lastFailover).toMatchObject({ reason: 'ActiveProcessEnded', how: 'LeaseRevoked' });
  expect(witness.holdersSince(killedMs)).toEqual([status?.active?.serverID]);
}
