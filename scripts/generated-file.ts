import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file made from another one: where it belongs and what it must contain. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

async function isCurrent(file: GeneratedFile): Promise<boolean> {
  try {
    return (await readFile(file.path, 'utf8')) === file.content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Writes the files that are out of date. With `check` nothing is written.
 *
 * @returns the paths that were out of date
 */
export async function bringUpToDate(files: readonly GeneratedFile[], check: boolean): Promise<string[]> {
  const stale: string[] = [];
  for (const file of files) {
    if (await isCurrent(file)) continue;
    stale.push(file.path);
    if (check) continue;
    await mkdir(dirname(file.path), { recursive: true });
    await writeFile(file.path, file.content);
  }
  return stale;
}

/**
 * The command line of a generator: `--check` says which files are out of date and exits with 1 when any is; without it
 * they are written.
 */
export async function runGenerator(script: string, files: readonly GeneratedFile[]): Promise<void> {
  const check = process.argv.includes('--check');
  const stale = await bringUpToDate(files, check);
  for (const path of stale) {
    console.log(check ? `${path} is out of date: run node ${script}` : `wrote ${path}`);
  }
  if (check && stale.length > 0) process.exitCode = 1;
}
