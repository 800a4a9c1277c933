import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { connect, type TLSSocket } from 'node:tls';
import { sleep, type Clock } from '../../../base/clock.ts';
import { clientSecurity } from './key.ts';
import { IDLE_MS } from './serve.ts';

/** What is fetched, and whence. */
export interface FetchOptions {
  readonly host: string;
  readonly port: number;
  readonly key: Buffer;
  /** Of the whole file, hexadecimal. */
  readonly sha256: string;
  readonly file: string;
  /** How long a server that is not there yet is waited for, milliseconds. */
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A file could not be fetched; its message is a plain sentence. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly code = 'FETCH_FAILED';
}

/** Time between two attempts to reach the server, milliseconds. */
const RETRY_MS = 1_000;

/**
 * Fetches a file. It gets its name when its SHA-256 is right, and not before; where it has it already, nothing is done.
 *
 * @returns whether it was fetched now.
 * @throws FetchError; the signal's reason.
 */
export async function fetchFile(options: FetchOptions): Promise<boolean> {
  const { file, sha256, host, port, signal } = options;
  if ((await hashOf(file)) === sha256) return false;
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.unfinished`;
  try {
    const socket = await connected(options);
    const found = await received(socket, unfinished, options);
    if (found !== sha256) {
      throw new FetchError(
        `what ${host}:${port} sent has the SHA-256 ${found}, not ${sha256}: it serves another file, or broke off`,
      );
    }
    await rename(unfinished, file);
    return true;
  } catch (error) {
    await rm(unfinished, { force: true });
    signal.throwIfAborted();
    throw error instanceof FetchError
      ? error
      : new FetchError(`fetching from ${host}:${port} into ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Not there, or not yet: the server's pod starts beside this one. */
const notYet = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']);

async function connected(options: FetchOptions): Promise<TLSSocket> {
  const { host, port, patienceMs, clock, signal } = options;
  const deadline = clock.nowMs() + patienceMs;
  for (;;) {
    try {
      return await handshake(options);
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      if (!notYet.has(code))
        throw new FetchError(`${host}:${port} gives no connection under our key: ${message}`, { cause: error });
      if (clock.nowMs() >= deadline)
        throw new FetchError(`${host}:${port} cannot be reached: ${message}`, { cause: error });
    }
    await sleep(clock, RETRY_MS, signal);
  }
}

function handshake({ host, port, key, signal }: FetchOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...clientSecurity(key) });
    const settled = (): void => signal.removeEventListener('abort', abort);
    const abort = (): void => void socket.destroy(signal.reason as Error);
    socket.setTimeout(IDLE_MS, () => socket.destroy(idle()));
    socket.once('secureConnect', () => {
      settled();
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('close', () => {
      settled();
      reject(new Error('the connection was closed'));
    });
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

function idle(): Error {
  return Object.assign(new Error(`nothing moved for ${IDLE_MS / 1000} s`), { code: 'ETIMEDOUT' });
}

/** Writes what comes to disk, and gives its SHA-256. */
async function received(socket: TLSSocket, file: string, { signal }: FetchOptions): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(
    socket,
    async function* hashed(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file, { mode: 0o600 }),
    { signal },
  );
  await using written = await open(file, 'r+');
  await written.sync();
  return hash.digest('hex');
}

async function hashOf(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}
