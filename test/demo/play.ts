import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { progress } from '../cluster/cache.ts';
import { ClusterState } from '../cluster/state.ts';
import { howToGoOn } from './farewell.ts';
import { clusterName, logsFolder, reportFile } from './settings.ts';
import { buildOperatorImage, ensurePackages, installOperator, preparePrograms, startNodes } from './setup.ts';
import { print, Shell } from './shell.ts';
import type { Demo, Stage } from './stage.ts';
import { TimeLine } from './time-line.ts';

/**
 * The whole of a demo. The cluster is left running when all went well, and removed when it did not or `signal` is aborted.
 * @throws Error saying what failed, or the signal's reason.
 */
export async function playDemo(demo: Demo, signal: AbortSignal): Promise<void> {
  const timeLine = new TimeLine();
  print(demo.introduction);
  await timeLine.step('packages', () => ensurePackages(demo.packages));
  const [programs, fetched] = await timeLine.step('programs, and images that are fetched', () =>
    Promise.all([preparePrograms(signal), demo.fetchImages()]),
  );
  const built = await timeLine.step('images that are built', async () => [
    await buildOperatorImage(signal),
    ...(await demo.buildImages()),
  ]);
  const cluster = await timeLine.step('a cluster of three nodes', () => startNodes([...built, ...fetched], signal));
  const shell = new Shell(programs, cluster.kubeconfigPath, signal);
  try {
    await playOn(demo, { cluster, programs, shell, timeLine, signal });
  } catch (error) {
    if (!signal.aborted) {
      await cluster.saveLogs(logsFolder).catch(() => undefined);
      progress(`The demo failed; its logs are in ${logsFolder}. Removing the cluster.`);
    }
    await cluster.stop();
    signal.throwIfAborted();
    throw error;
  }
}

async function playOn(demo: Demo, stage: Stage): Promise<void> {
  const { shell, timeLine } = stage;
  await timeLine.step('the operator, by its Helm chart', () => installOperator(shell));
  const played = await demo.play(stage);
  await mkdir(dirname(reportFile), { recursive: true });
  await writeFile(reportFile, `${JSON.stringify({ ...played, timeLine: timeLine.entries }, undefined, 2)}\n`);
  print(`These figures are in ${reportFile}.`);
  const state = ClusterState.read(clusterName);
  if (state) print(await howToGoOn(state.plan, demo.anotherImage));
}
