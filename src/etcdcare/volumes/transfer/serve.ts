import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { createServer, type TLSSocket } from 'node:tls';
import { serverSecurity } from './key.ts';

/** A connection on which nothing moves for this long is given up, milliseconds. */
export const IDLE_MS = 60_000;

/** What is served, and where. */
export interface ServeOptions {
  readonly file: string;
  /** 0: any free port. */
  readonly port: number;
  /** Absent: every address. */
  readonly host?: string;
  readonly key: Buffer;
  /** Told of each connection that came to an end, in words. */
  readonly report: (message: string) => void;
}

/** A file that is being served. */
export interface ServedFile extends AsyncDisposable {
  readonly port: number;
}

/**
 * Serves one file to everybody who has the key: a connection gets its bytes and is closed.
 *
 * @throws Error when the file cannot be read or the port cannot be listened on.
 */
export async function serveFile({ file, port, host, key, report }: ServeOptions): Promise<ServedFile> {
  await access(file, constants.R_OK);
  const connections = new Set<TLSSocket>();
  const server = createServer(serverSecurity(key), (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    // pipeline tells of errors; without a listener one that comes after it would end the process.
    socket.on('error', () => undefined);
    socket.setTimeout(IDLE_MS, () => socket.destroy(new Error(`nothing moved for ${IDLE_MS / 1000} s`)));
    const to = socket.remoteAddress ?? 'somebody';
    void pipeline(createReadStream(file), socket).then(
      () => report(`sent ${file} to ${to}`),
      (error: unknown) => report(`could not send ${file} to ${to}: ${(error as Error).message}`),
    );
  });
  server.on('tlsClientError', (error, socket) => {
    report(`refused ${socket.remoteAddress ?? 'somebody'}, who does not have the key: ${error.message}`);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}
