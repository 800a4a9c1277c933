import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Where built programs and images are kept between runs: outside the checkout, so that a fresh clone finds them.
 * `COORDINATOR_PAIR_CACHE` names another folder.
 */
export function cacheFolder(...parts: readonly string[]): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(process.env['COORDINATOR_PAIR_CACHE'] ?? join(base, 'coordinator-pair-operator'), ...parts);
}

/** Says what is going on to the person who waits; not to stdout, which belongs to results. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs `work` while holding a lock on `file`, against other processes as well as within this one.
 * The lock is the kernel's (`flock`), held by a child that ends with this process: no stale lock can stay behind.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true, // a Ctrl-C must not take the lock away while the cleaning up still needs it
  });
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', (cause) =>
      reject(new Error(`cannot lock ${file}: is util-linux' flock installed?`, { cause })),
    );
    holder.once('exit', (code) => reject(new Error(`cannot lock ${file}: flock ended with ${String(code)}`)));
  });
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
