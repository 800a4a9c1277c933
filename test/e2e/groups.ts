import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './support/settings.ts';

/** A folder of scenarios and how many of its files run side by side. */
export interface Group {
  readonly name: string;
  readonly workers: number;
}

/** Where jest writes what became of a group. */
export const groupResults = (name: string): string => join(root, 'build', `jest-e2e-${name}.json`);

/** Runs a group's scenarios whose file matches `pattern`. @returns whether all passed. */
export async function playGroup({ name, workers }: Group, pattern: string, signal: AbortSignal): Promise<boolean> {
  await mkdir(join(root, 'build'), { recursive: true });
  const args = [
    ...[
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
    ],
    ...['--selectProjects', 'e2e', '--testPathPatterns', `test/e2e/${name}/.*${pattern}`],
    ...['--verbose', '--passWithNoTests', '--json', '--outputFile', groupResults(name)],
    ...(workers === 1 ? ['--runInBand'] : ['--maxWorkers', String(workers)]),
  ];
  // A process group of its own: when this run is interrupted, what scenarios have started ends with them.
  const stdio = ['ignore', 'ignore', 'inherit'] as const; // what jest prints as JSON is in the file too
  const child = spawn(process.execPath, args, { cwd: root, stdio: [...stdio], detached: true });
  const endGroup = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', endGroup, { once: true });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  } finally {
    signal.removeEventListener('abort', endGroup);
  }
}
