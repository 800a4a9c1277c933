import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { systemClock } from '../../../base/clock.ts';
import { fetchFile } from './fetch.ts';
import { keyVariables, transferKey } from './key.ts';
import { serveFile } from './serve.ts';

/** What the subcommand takes of its process. */
export interface CommandSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** How long the server of a fetch is waited for, seconds. */
const PATIENCE_SECONDS = 300;

/**
 * `artefact serve` and `artefact fetch`: moves one file between two volumes that cannot be mounted in one pod.
 *
 * @param argv what stands after `artefact`.
 * @returns the exit code: 0, 1 when it could not be done, 2 when it was called wrongly.
 */
export async function runArtefactCommand(
  argv: readonly string[],
  surroundings: CommandSurroundings,
): Promise<0 | 1 | 2> {
  const { out, err } = surroundings;
  const program = new Command('artefact')
    .description('Moves a file between two pods, under TLS with a key that both make from the credentials of etcd.')
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err });
  program
    .command('serve')
    .description('Serve a file to everybody who has the key, until asked to end.')
    .requiredOption('--file <file>', 'what to serve')
    .requiredOption('--port <port>', 'where to listen', portNumber)
    .option('--host <address>', 'the address to listen on (default: every one)')
    .action((options: ServeArguments) => serve(options, surroundings));
  program
    .command('fetch')
    .description('Fetch a file, which gets its name when its SHA-256 is right.')
    .requiredOption('--from <host:port>', 'who serves it', address)
    .requiredOption('--sha256 <sum>', 'of the file', sha256)
    .requiredOption('--to <file>', 'where to put it')
    .option('--wait-seconds <seconds>', 'how long a server is waited for', seconds, PATIENCE_SECONDS)
    .action((options: FetchArguments) => fetchInto(options, surroundings));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    err(`${(error as Error).message}\n`);
    return 1;
  }
}

interface ServeArguments {
  readonly file: string;
  readonly port: number;
  readonly host?: string;
}

async function serve({ file, port, host }: ServeArguments, { env, signal, out }: CommandSurroundings): Promise<void> {
  const key = keyOf(env);
  const report = (message: string): void => out(`${message}\n`);
  await using served = await serveFile({ file, port, key, report, ...(host === undefined ? {} : { host }) });
  report(`serving ${file} on port ${served.port}`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

interface FetchArguments {
  readonly from: Address;
  readonly sha256: string;
  readonly to: string;
  readonly waitSeconds: number;
}

async function fetchInto(
  { from, sha256: sum, to, waitSeconds }: FetchArguments,
  { env, signal, out }: CommandSurroundings,
): Promise<void> {
  const key = keyOf(env);
  const patienceMs = waitSeconds * 1000;
  const fetched = await fetchFile({ ...from, key, sha256: sum, file: to, patienceMs, clock: systemClock, signal });
  out(`${to} ${fetched ? 'was fetched' : 'was there already'}, SHA-256 ${sum}\n`);
}

function keyOf(env: CommandSurroundings['env']): Buffer {
  const key = transferKey(env);
  if (key === undefined) throw new Error(`the variable ${keyVariables.recovery} is not set: it names the EtcdRecovery`);
  return key;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function address(text: string): Address {
  const match = /^(?:\[(?<ipv6>[0-9a-fA-F:.]+)\]|(?<host>[^\s:]+)):(?<port>\d{1,5})$/.exec(text);
  const host = match?.groups?.ipv6 ?? match?.groups?.host;
  if (host === undefined) throw new InvalidArgumentError('It must be host:port.');
  return { host, port: portNumber(match?.groups?.port ?? '') };
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError('It must be a port.');
  return port;
}

function seconds(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of seconds.');
  return Number(text);
}

function sha256(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError('It must be 64 hexadecimal digits.');
  return text;
}
