/**
 * `make thorough`: the long proofs of repairs, one after the other on a cluster of their own: operators that die or fall
 * asleep at every change, and every axis of an etcd (members, releases, users and certificates, restricted pods, volumes of
 * one node). What they measure goes to build/thorough-report.json.
 *
 *     KEEP=1 node test/e2e/thorough/run.ts [pattern of file names]
 */
import { rm } from 'node:fs/promises';
import { progress } from '../../cluster/cache.ts';
import { etcdReleases } from '../../images/etcd-images.ts';
import { openEnvironment } from '../environment.ts';
import { playGroup } from '../../runner/group.ts';
import { failures } from '../../runner/results.ts';
import { mergeReports } from '../report.ts';
import { logsFolder, resultsFolder } from '../support/settings.ts';

for (const folder of [logsFolder, resultsFolder]) await rm(folder, { recursive: true, force: true });
const environment = await openEnvironment({ keep: process.env['KEEP'] === '1', releases: etcdReleases });
let good = false;
try {
  const pattern = `test/e2e/thorough/.*${process.argv[2] ?? ''}`;
  const files = await playGroup(
    { name: 'e2e-thorough', project: 'e2e', workers: 1, files: [pattern] },
    environment.signal,
  );
  await mergeReports('thorough-report.json');
  const failed = files.flatMap(failures);
  good = files.length > 0 && failed.length === 0;
  progress(good ? 'thorough: everything held' : `thorough: did not hold:\n  ${failed.join('\n  ')}`);
} finally {
  await environment.close(good);
}
process.exitCode = good ? 0 : 1;
