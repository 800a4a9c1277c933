import type { TerminatedState } from './core-types.ts';

/** Exit codes above this name the signal that ended the process (runc and every shell; POSIX numbers of Linux). */
const SIGNAL_BASE = 128;

const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};

/** The signal that ended a process with this exit code; undefined: none, it ended by itself. */
export function signalOf(exitCode: number): string | undefined {
  return signals[exitCode - SIGNAL_BASE];
}

/**
 * How a container ended, for people: its exit code with what the kubelet calls it where that says more than `Error`, else
 * with the signal: `exit code 137 (OOMKilled)`, `exit code 137 (SIGKILL)`, `exit code 2`.
 */
export function exitText({ exitCode, reason }: TerminatedState): string {
  const said = reason === 'Error' || reason === 'Completed' ? undefined : reason;
  const name = said ?? signalOf(exitCode);
  return `exit code ${exitCode}${name === undefined ? '' : ` (${name})`}`;
}

/** Killed from outside, or told to end: what a process said before says nothing of why. */
export function wasKilled({ exitCode }: TerminatedState): boolean {
  return ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'].includes(signalOf(exitCode) ?? '');
}
