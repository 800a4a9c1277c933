import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { progress } from '../cluster/cache.ts';
import type { EtcdRelease } from '../images/etcd-images.ts';
import { playAgain } from '../runner/again.ts';
import { slowest } from '../runner/durations.ts';
import { playGroup, type Group } from '../runner/group.ts';
import { inWords, ProcessorSample, type ProcessorUse } from '../runner/processor-sample.ts';
import { allPassed, count, writeResults, type FileResult } from '../runner/results.ts';
import { openEnvironment } from './environment.ts';
import { mergeReports } from './report.ts';
import { permissionsSuffice } from './support/permissions.ts';
import { clusterName, logsFolder, resultsFolder, root } from './support/settings.ts';

/** Scenarios that are run by one command. */
export interface ScenarioLayer {
  /** What the files of its results in build/ are named after. */
  readonly name: string;
  /** Holds the folders parallel/ and serial/; a path below the checkout. */
  readonly folder: string;
  /** Of etcd that the scenarios run. */
  readonly releases?: readonly EtcdRelease[];
}

/** Which scenarios, and whether their cluster stays. */
export interface Choice {
  /** Of file names; empty: all. */
  readonly pattern: string;
  /** Takes up a cluster that was left, leaves it, and runs nothing twice. */
  readonly keep: boolean;
}

/** How scenarios are run: those that disturb each other one by one, on a cluster beside that of the others. */
const ways = [
  { way: 'parallel', workers: 3, cluster: clusterName },
  { way: 'serial', workers: 1, cluster: `${clusterName}-serial` },
] as const;

interface ScenarioGroup extends Group {
  readonly cluster: string;
}

/**
 * Runs the scenarios of a layer, those of parallel/ and of serial/ at the same time on two clusters. Up to four files that failed
 * are run once more by themselves.
 *
 * @returns whether every scenario passed, and the operator lacked no permission.
 * @throws Error when no file matches the pattern.
 */
export async function playLayer(layer: ScenarioLayer, { pattern, keep }: Choice): Promise<boolean> {
  for (const folder of [logsFolder, resultsFolder]) await rm(folder, { recursive: true, force: true });
  const groups = await groupsOf(layer, pattern);
  const clusters = groups.map(({ cluster }) => cluster);
  const environment = await openEnvironment({
    keep,
    clusters,
    ...(layer.releases ? { releases: layer.releases } : {}),
  });
  let good = false;
  try {
    const results = await playAll(groups, keep, environment.signal);
    await writeResults(layer.name, results);
    const report = await mergeReports(`${layer.name}-report.json`);
    progress(`the slowest scenarios:\n  ${slowest(report, 10).join('\n  ')}`);
    good = allPassed(results) && (await permissionsSuffice(`${layer.name}-permissions.json`, clusters));
  } finally {
    await environment.close(good);
  }
  return good;
}

async function groupsOf({ name, folder }: ScenarioLayer, pattern: string): Promise<readonly ScenarioGroup[]> {
  const chosen = new RegExp(pattern);
  const groups: ScenarioGroup[] = [];
  for (const { way, workers, cluster } of ways) {
    const files = await readdir(join(root, folder, way)).catch(() => []);
    if (!files.some((file) => file.endsWith('.test.ts') && chosen.test(file))) continue;
    groups.push({
      ...{ name: `${name}-${way}`, project: 'e2e', workers, cluster, env: { E2E_CLUSTER: cluster } },
      files: [`${folder}/${way}/.*(?:${pattern})`],
    });
  }
  if (groups.length === 0) throw new Error(`no scenario in ${folder} matches ${pattern}`);
  return groups;
}

async function playAll(
  groups: readonly ScenarioGroup[],
  keep: boolean,
  signal: AbortSignal,
): Promise<ReturnType<typeof count>> {
  progress(`scenarios of ${groups.map(({ name, cluster }) => `${name} on cluster ${cluster}`).join(', ')}`);
  using sample = new ProcessorSample();
  const played = await settleAll(groups.map((group) => playGroup(group, signal)));
  await noteProcessors(sample.result());
  const again: FileResult[] = [];
  if (!keep)
    for (const [index, group] of groups.entries()) again.push(...(await playAgain(played[index] ?? [], group, signal)));
  return count(played.flat(), again);
}

async function noteProcessors(use: ProcessorUse): Promise<void> {
  await writeFile(join(root, 'build', 'e2e-processors.json'), `${JSON.stringify(use, undefined, 2)}\n`);
  progress(inWords(use));
}

/** Waits for all, also when one fails: what runs on must not lose its cluster. @throws the first failure. */
async function settleAll<T>(running: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
