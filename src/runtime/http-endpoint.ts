import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { ListenAddress } from './config-values.ts';

/** What a page answers. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers for one path. */
export type PageHandler = (query: URLSearchParams) => Promise<Page>;

/** A server that listens; disposing it closes its connections, idle ones too. */
export interface HttpEndpoint extends AsyncDisposable {
  /** The port it listens on: the real one where 0 was asked for. */
  readonly port: number;
}

/**
 * Serves GET and HEAD of a few pages.
 *
 * @throws Error (EADDRINUSE, EACCES and so on) when the address cannot be listened on.
 */
export async function serve(address: ListenAddress, pages: ReadonlyMap<string, PageHandler>): Promise<HttpEndpoint> {
  const server = createServer((request, response) => void answer(pages, request, response));
  server.requestTimeout = 10_000;
  server.listen(address.port, address.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(pages: ReadonlyMap<string, PageHandler>, request: IncomingMessage, response: ServerResponse) {
  const page = await pageFor(pages, request);
  response.writeHead(page.status, {
    'content-type': page.contentType,
    'content-length': Buffer.byteLength(page.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : page.body);
}

async function pageFor(pages: ReadonlyMap<string, PageHandler>, request: IncomingMessage): Promise<Page> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET and HEAD');
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  const handler = url === null ? undefined : pages.get(url.pathname);
  if (url === null || handler === undefined) return plain(404, 'not found');
  try {
    return await handler(url.searchParams);
  } catch (error) {
    return plain(500, error instanceof Error ? error.message : String(error));
  }
}

/** A page of plain text. */
export function plain(status: number, text: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}
