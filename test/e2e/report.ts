import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resultsFolder, root } from './support/settings.ts';

/** Joins what the scenarios left into build/e2e-report.json: `[{scenario, passed, measurements}]`. */
export async function mergeReports(): Promise<void> {
  const files = (await readdir(resultsFolder).catch(() => [])).toSorted();
  const read = files.map(async (file) => JSON.parse(await readFile(join(resultsFolder, file), 'utf8')) as unknown);
  const report = JSON.stringify(await Promise.all(read), undefined, 2);
  await writeFile(join(root, 'build', 'e2e-report.json'), `${report}\n`);
}
