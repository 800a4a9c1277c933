import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { standInImage } from '../../images/build.ts';
import { progress } from '../../cluster/cache.ts';
import { alone } from '../support/pair.ts';
import type { Measurements, Scene } from '../support/scene.ts';
import { BlindTimes, forbiddenOverlaps, lastMembersDeleted, type ChaosPair } from './checks.ts';
import { inWords, stepsOf, type Step } from './faults.ts';
import { makeFaults } from './make.ts';
import { Marks } from './marks.ts';
import { MemberLog } from './member-log.ts';
import { untilWell } from './wellness.ts';

/** Shorter than any default, so that more happens in the same time. */
const sessionTTLSeconds = 10;

/** One pair for each way in which Milvus keeps sessions that is still in use. */
const chaosPairs: readonly ChaosPair[] = [
  { name: 'older', spec: { role: 'rootcoord', image: standInImage('2.4.15') }, longestOverlapMs: 32_000 },
  { name: 'usual', spec: { role: 'querycoord', image: standInImage('2.5.10') }, longestOverlapMs: 32_000 },
  { name: 'newer', spec: { role: 'mixcoord', image: standInImage('2.6.13') }, longestOverlapMs: 31_000 },
];

/** A zombie is found out after a TTL and a minute, and is restarted then; the rest is for a machine under load. */
const WELL_WITHIN_MS = 240_000;
/** A pair that was flapping when the last fault ended does the same ten minutes later. */
const CALM_WITHIN_MS = 600_000 + WELL_WITHIN_MS;

/** Longer than a lease and the time for which Milvus goes on without etcd. */
const CALM_MS = 45_000;

/** How much chaos. */
export interface ChaosOptions {
  readonly seed: number;
  readonly steps: number;
  /** No further step begins after this. */
  readonly longestMs?: number;
}

/** What came of it. */
export interface ChaosReport {
  readonly seed: number;
  readonly stepsDone: number;
  readonly faultsMade: number;
  /** How many faults of each kind were made. */
  readonly faultsByKind: Readonly<Record<string, number>>;
  /** From a step's end to every pair being settled and well, one a step. */
  readonly wellAgainMs: readonly number[];
  /** After how many steps a pair that flapped went on with a zombie for a standby. */
  readonly stepsWithWaitingZombie: number;
  /** Longest time in which two processes of a pair worked as ACTIVE, by pair. */
  readonly longestOverlapMs: Readonly<Record<string, number>>;
}

/**
 * Faults in a row on several pairs. After each step every pair must be well again ({@link untilWell}), no two ACTIVEs
 * may have worked at once for longer than by Milvus alone, and the operator may not have ended anybody's last living
 * process. When all is over every pair must be ready.
 *
 * @throws Error naming the seed, the step and what did not hold.
 */
export async function playChaos(scene: Scene, { seed, steps, longestMs }: ChaosOptions): Promise<ChaosReport> {
  const { cluster, namespace } = scene;
  const etcd = await scene.startEtcd(3);
  const folderOf = (name: string) => join(cluster.runDir, 'marks', namespace, name);
  const pairs = await Promise.all(
    chaosPairs.map(async ({ name, spec }) => {
      await mkdir(folderOf(name), { recursive: true });
      return scene.applyPair(name, { ...spec, ...common(name, folderOf(name)) });
    }),
  );
  const world = { scene, pairs };
  const sinceMs = Date.now();
  await using members = await MemberLog.start(etcd, '');
  const marks = chaosPairs.map(({ name }) => new Marks(folderOf(name)));
  const blind = new BlindTimes();
  const report = {
    seed,
    stepsDone: 0,
    faultsMade: 0,
    faultsByKind: {} as Record<string, number>,
    wellAgainMs: [] as number[],
    stepsWithWaitingZombie: 0,
    longestOverlapMs: {},
  };
  const allReady = () => Promise.all(pairs.map((pair) => pair.untilSteady({ timeoutMs: CALM_WITHIN_MS })));
  await allReady();

  const check = async () => {
    const found = await Promise.all(
      chaosPairs.map(async (pair, index) => ({
        name: pair.name,
        ...(await forbiddenOverlaps(pair, marks[index] ?? new Marks(folderOf(pair.name)), blind)),
      })),
    );
    report.longestOverlapMs = Object.fromEntries(found.map(({ name, longestMs: longest }) => [name, longest]));
    const wrong = [
      ...found.flatMap(({ forbidden }) => forbidden),
      ...(await lastMembersDeleted(world, members, sinceMs)),
    ];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  };
  const play = async ({ faults, pauseSeconds }: Step) => {
    const beganMs = monotonicMs();
    const made = await makeFaults(faults, world);
    blind.add(faults, beganMs, monotonicMs());
    for (const { kind } of made) report.faultsByKind[kind] = (report.faultsByKind[kind] ?? 0) + 1;
    report.faultsMade += made.length;
    const madeMs = Date.now();
    const well = await Promise.all(pairs.map((pair) => untilWell(pair, { timeoutMs: WELL_WITHIN_MS })));
    report.wellAgainMs.push(Date.now() - madeMs);
    if (well.includes('Waiting')) report.stepsWithWaitingZombie++;
    await check();
    await sleep(pauseSeconds * 1_000);
  };

  const targets = { pairs: pairs.length, nodes: cluster.nodes.length };
  for (const [index, step] of stepsOf(seed, steps, targets).entries()) {
    if (longestMs !== undefined && Date.now() - sinceMs > longestMs) break;
    const what = `chaos ${seed}, step ${index + 1}: ${step.faults.map(inWords).join('; ')}`;
    progress(what);
    try {
      await play(step);
    } catch (cause) {
      throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    report.stepsDone++;
  }
  // What comes late: exits after an outage of etcd, a zombie that is found out.
  await sleep(CALM_MS);
  await allReady();
  await check();
  return report;
}

/** The report as a scenario's measurements: flat. */
export function measurementsOf({ faultsByKind, longestOverlapMs, ...report }: ChaosReport): Measurements {
  const flat = (what: string, values: Readonly<Record<string, number>>) =>
    Object.entries(values).map(([name, value]) => [`${what} ${name}`, value] as const);
  return {
    ...report,
    ...Object.fromEntries([...flat('faults', faultsByKind), ...flat('longestOverlapMs', longestOverlapMs)]),
  };
}

/** What all pairs have: an etcd path of their own, a short lease, and a folder of the machine for marks. */
function common(name: string, folder: string): object {
  return {
    etcd: { endpoints: ['etcd:2379'], rootPath: name },
    sessionTTLSeconds,
    pod: {
      extraEnv: [...alone.extraEnv, { name: 'MILVUS_STANDIN_MARKS_DIR', value: '/marks' }],
      extraVolumes: [{ name: 'marks', hostPath: { path: folder, type: 'Directory' } }],
      extraVolumeMounts: [{ name: 'marks', mountPath: '/marks' }],
    },
  };
}

/** The clock that marks are written by: CLOCK_MONOTONIC, as Node's own. */
const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);
