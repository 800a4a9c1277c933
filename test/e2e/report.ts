import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resultsFolder, root } from './support/settings.ts';

/** Joins what the scenarios left into a file in build/: `[{scenario, passed, tries, measurements}]`. */
export async function mergeReports(name: string): Promise<void> {
  const files = (await readdir(resultsFolder).catch(() => [])).toSorted();
  const read = files.map(async (file) => JSON.parse(await readFile(join(resultsFolder, file), 'utf8')) as unknown);
  const report = JSON.stringify(await Promise.all(read), undefined, 2);
  await writeFile(join(root, 'build', name), `${report}\n`);
}
