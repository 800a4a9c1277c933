/**
 * Records in test/e2e/durations.json how long the scenarios of the last run took, so that the longest begin first:
 *
 *     node test/e2e/record-durations.ts [build/e2e-report.json]
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { updatedDurations, type Durations, type TimedScenario } from '../runner/durations.ts';
import { root } from './support/settings.ts';

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8')) as unknown;

const durationsFile = join(import.meta.dirname, 'durations.json');
const report = (await readJson(process.argv[2] ?? join(root, 'build', 'e2e-report.json'))) as readonly TimedScenario[];
const existing = await readdir(import.meta.dirname, { recursive: true });
const before = (await readJson(durationsFile)) as Durations;
const after = updatedDurations(before, report, new Set(existing));
await writeFile(durationsFile, `${JSON.stringify(after, undefined, 2)}\n`);
