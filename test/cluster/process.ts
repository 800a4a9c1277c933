import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A command ended with another code than 0, could not be started, or was interrupted. */
export class CommandError extends Error {
  readonly code = 'COMMAND_FAILED';
  override readonly name = 'CommandError';
}

/** What to hand to a command besides its arguments. */
export interface RunOptions {
  /** Text for the standard input. */
  readonly input?: string;
  /** Added to this process' environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Ends the command. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

const longestOutputBytes = 256 * 1024 * 1024;

/**
 * Runs a command to its end and gives its standard output.
 * @throws CommandError with the command, how it ended and its last lines on stderr.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      {
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        signal: options.signal,
        timeout: options.timeoutMs ?? 0,
        maxBuffer: longestOutputBytes,
      },
      (error, stdout, stderr) => {
        if (!error) {
          resolve(stdout);
          return;
        }
        const how =
          error.killed || error.signal
            ? `was ended (${error.signal ?? 'interrupted'})`
            : `failed (${String(error.code)})`;
        const said = lastLines(stderr || stdout, 12);
        reject(
          new CommandError(`\`${[command, ...args].join(' ')}\` ${how}${said ? `:\n${said}` : ''}`, { cause: error }),
        );
      },
    );
    child.stdin?.on('error', () => undefined); // the command may end before it has read everything
    child.stdin?.end(options.input ?? '');
  });
}

/** The last `count` lines of a text, without empty ones at its end. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** A process that can't be mistaken for a later one with the same number: the kernel's start time tells them apart. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/PID/stat. */
  readonly startTime: string;
}

/** How to start a program that stays: kept in the cluster's state, so that a fault can start it again. */
export interface DaemonSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Its stdout and stderr are appended here. */
  readonly logFile: string;
  /** A named network namespace (a file in /run/netns) to start it in. */
  readonly networkNamespace?: string;
  /** Started again a second after it has failed, as a kubelet does with a static pod; the process is its keeper then. */
  readonly startedAgain?: boolean;
}

/**
 * Starts a program in a session of its own, so that it outlives this process and no Ctrl-C reaches it.
 * A namespace is entered by `nsenter`, which becomes the program: `ip netns exec` would mount a new /sys, and the
 * kubelet then finds no cgroup mounts.
 */
export async function startDaemon(spec: DaemonSpec): Promise<ProcessId> {
  const log = openSync(spec.logFile, 'a');
  try {
    const inNamespace = spec.networkNamespace ? ['nsenter', `--net=/run/netns/${spec.networkNamespace}`] : [];
    const keeper = spec.startedAgain ? ['sh', '-c', 'until "$@"; do sleep 1; done', 'keeper'] : [];
    const [command, ...args] = [...inNamespace, ...keeper, spec.command, ...spec.args];
    const child = spawn(command ?? spec.command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...spec.env },
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('spawn', () => resolve(child.pid ?? -1));
      child.once('error', (cause) =>
        reject(new CommandError(`cannot start ${spec.command}: ${cause.message}`, { cause })),
      );
    });
    child.unref();
    const startTime = startTimeOf(pid);
    if (startTime === undefined) throw new CommandError(`${spec.command} ended at once, see ${spec.logFile}`);
    return { pid, startTime };
  } finally {
    closeSync(log);
  }
}

/** The start time of a process, or undefined where there is none with that number or it has ended (zombie). */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The second field is the name in brackets, which may itself hold blanks and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ended = fields[0] === 'Z' || fields[0] === 'X';
    // While its other threads still end, its files and sockets are still open.
    return ended && readdirSync(`/proc/${String(pid)}/task`).length <= 1 ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Whether exactly this process still runs. */
export const isAlive = (id: ProcessId): boolean => startTimeOf(id.pid) === id.startTime;

/** This process. */
export const thisProcess = (): ProcessId => ({ pid: process.pid, startTime: startTimeOf(process.pid) ?? '' });

/** Sends a signal to exactly this process; false where it is gone. */
export function sendSignal(id: ProcessId, signal: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    return process.kill(id.pid, signal);
  } catch {
    return false;
  }
}

/** The last lines of a log file, for an error message. */
export async function tailOf(file: string, count = 12): Promise<string> {
  return lastLines(await readFile(file, 'utf8').catch(() => '(no log)'), count);
}

/** How to wait. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls `check` until it gives something else than undefined or false.
 * @throws Error naming `what` and the last reason, after `timeoutMs`; and the signal's reason when it is aborted.
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  options: WaitOptions,
): Promise<T> {
  const end = performance.now() + options.timeoutMs;
  let last: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const found = await check();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      if (error instanceof GaveUp) throw error;
      last = error;
    }
    if (performance.now() > end) {
      const reason = last instanceof Error ? `; last: ${last.message}` : '';
      throw new Error(`waited ${String(options.timeoutMs / 1000)} s for ${what}${reason}`, { cause: last });
    }
    await sleep(options.intervalMs ?? 100, undefined, options.signal ? { signal: options.signal } : undefined);
  }
}

/** Thrown inside `until` where more waiting is of no use. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}
