import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/support/project.ts';
import { onInterruption } from '../cluster/interruption.ts';
import { groupResults, readResults, type FileResult } from './results.ts';

/** Files of tests and how many of them run side by side. */
export interface Group {
  readonly name: string;
  /** The layer that the files belong to, a project of jest.config.js. */
  readonly project: 'integration' | 'conformance' | 'e2e';
  readonly workers: number;
  /** Regular expressions of paths. */
  readonly files: readonly string[];
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a group's tests. When this is interrupted, what they have started ends with them, and the temporary folders that they
 * have made are removed in any case.
 *
 * @returns what became of each file.
 * @throws Error when jest could not begin.
 */
export async function playGroup(group: Group, signal: AbortSignal): Promise<readonly FileResult[]> {
  const playing = play(group, signal);
  const release = onInterruption(() => playing.then(nothing, nothing));
  try {
    return await playing;
  } finally {
    release();
  }
}

const nothing = (): void => undefined;

async function play(group: Group, signal: AbortSignal): Promise<readonly FileResult[]> {
  await mkdir(join(root, 'build'), { recursive: true });
  signal.throwIfAborted();
  const temporary = mkdtempSync(join(tmpdir(), `${group.name}-`));
  const child = spawn(process.execPath, jestArguments(group), {
    cwd: root,
    env: { ...process.env, ...group.env, TMPDIR: temporary },
    stdio: ['ignore', 'ignore', 'inherit'], // what jest prints as JSON is in the file too
    detached: true, // a process group of its own, which holds what tests start
  });
  const endGroup = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', endGroup, { once: true });
  try {
    await once(child, 'exit');
    return await readResults(group.name);
  } finally {
    signal.removeEventListener('abort', endGroup);
    await rm(temporary, { recursive: true, force: true, maxRetries: 10 });
  }
}

function jestArguments({ name, project, workers, files }: Group): readonly string[] {
  return [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    ...['--selectProjects', project, '--testPathPatterns', ...files],
    ...['--passWithNoTests', '--json', '--outputFile', groupResults(name)],
    ...(project === 'e2e' ? ['--verbose', '--testSequencer', join(import.meta.dirname, 'longest-first.js')] : []),
    ...(workers === 1 ? ['--runInBand'] : ['--maxWorkers', String(workers)]),
  ];
}
