import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, createServer, request, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ApiServerAccess } from './api-server.ts';

/** One request that came through. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly watch: boolean;
  readonly userAgent: string | undefined;
  readonly atMs: number;
}

/** An answer the proxy gives instead of the API server. */
export interface CannedAnswer {
  readonly code: number;
  readonly retryAfterSeconds?: number;
  /** Sent as it is; absent: a metav1.Status. */
  readonly body?: string;
  /** Which requests; absent: any. */
  readonly matches?: (request: SeenRequest) => boolean;
}

/** A server between a client and the API server that misbehaves on command. */
export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /** Every request so far, oldest first; also those answered with a fault. */
  readonly requests: readonly SeenRequest[];
  /** Connections accepted so far. */
  readonly connections: number;
  /** Watches open now. */
  readonly openWatches: number;
  /** Ends each open watch as the API server does when its time is over. */
  cut(): void;
  /** Breaks every connection with a TCP reset. */
  reset(): void;
  /** Lets nothing through in either direction, keeps every connection open, and accepts new ones. */
  freeze(): void;
  /** What is open from a freeze stays silent, as behind a lost NAT entry; new connections work. */
  thawForNewConnections(): void;
  /** Accepts no connection (resets it) until {@link allow}. */
  refuse(): void;
  allow(): void;
  /** Each answer is used for one matching request, in order. */
  answerNext(...answers: readonly CannedAnswer[]): void;
  /** Answers each matching request so, until called with nothing. */
  answerAlways(answer?: CannedAnswer): void;
  /** Writes `text` into each open watch. */
  inject(text: string): void;
  /** Writes the first half of the next event of each open watch, then ends it. */
  truncateNextEvent(): void;
  /** Holds each request back so long. */
  delay(milliseconds: number): void;
  /** Takes bookmarks out of watches. */
  dropBookmarks(): void;
}

/** Starts a proxy in front of `server`, with the server's own certificate. */
export async function startFaultyProxy(server: ApiServerAccess): Promise<FaultyProxy> {
  const [ca, cert, key] = await Promise.all([
    readFile(server.tls.caFile),
    readFile(server.tls.certFile),
    readFile(server.tls.keyFile),
  ]);
  const upstream = new Agent({ keepAlive: true, ca });
  const proxy = createServer({ cert, key });
  const sockets = new Set<Socket>();
  const sessions = new Set<Socket>();
  /** Connections from before the last freeze. */
  const dead = new WeakSet<Socket>();
  const watches = new Set<ServerResponse>();
  const requests: SeenRequest[] = [];
  const next: CannedAnswer[] = [];
  const live = new Set<ServerResponse>();
  /** Answers under way when the proxy was frozen. */
  const silenced = new WeakSet<ServerResponse>();
  const waiting = new Set<NodeJS.Timeout>();
  let always: CannedAnswer | undefined;
  let state: 'open' | 'frozen' | 'refusing' = 'open';
  let connections = 0;
  let delayMs = 0;
  let truncating = false;
  let droppingBookmarks = false;

  proxy.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    if (state === 'refusing') socket.resetAndDestroy();
    // Not even the TLS handshake gets an answer.
    if (state === 'frozen') socket.pause();
  });
  proxy.on('secureConnection', (session: Socket) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });

  function send(answer: ServerResponse, text: string | Buffer): void {
    if (!silenced.has(answer)) answer.write(text);
  }

  function canned(seen: SeenRequest): CannedAnswer | undefined {
    const index = next.findIndex(({ matches }) => matches?.(seen) ?? true);
    if (index !== -1) return next.splice(index, 1)[0];
    return always !== undefined && (always.matches?.(seen) ?? true) ? always : undefined;
  }

  function relayWatch(from: IncomingMessage, answer: ServerResponse): void {
    watches.add(answer);
    answer.once('close', () => watches.delete(answer));
    answer.flushHeaders();
    let rest = '';
    from.setEncoding('utf8');
    from.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (droppingBookmarks && line.includes('"type":"BOOKMARK"')) continue;
        if (truncating) {
          send(answer, line.slice(0, line.length / 2));
          answer.end();
          from.destroy();
          return;
        }
        send(answer, `${line}\n`);
      }
    });
    from.once('end', () => {
      if (!silenced.has(answer)) answer.end();
    });
  }

  function forward(incoming: IncomingMessage, answer: ServerResponse, watch: boolean): void {
    const headers = { ...incoming.headers, host: new URL(server.url).host };
    const outgoing = request(server.url + (incoming.url ?? ''), { agent: upstream, method: incoming.method, headers });
    outgoing.once('error', () => answer.socket?.destroy());
    answer.once('close', () => outgoing.destroy());
    outgoing.once('response', (from) => {
      if (silenced.has(answer)) return;
      from.on('error', () => answer.socket?.destroy());
      answer.writeHead(from.statusCode ?? 502, withoutHopHeaders(from.headers));
      if (watch && from.statusCode === 200) relayWatch(from, answer);
      else from.pipe(answer);
    });
    incoming.pipe(outgoing);
  }

  proxy.on('request', (incoming: IncomingMessage, answer: ServerResponse) => {
    const path = incoming.url ?? '';
    const watch = new URL(path, server.url).searchParams.get('watch') === 'true';
    const userAgent = incoming.headers['user-agent'];
    const seen = { method: incoming.method ?? '', path, watch, userAgent, atMs: performance.now() };
    requests.push(seen);
    live.add(answer);
    answer.once('close', () => live.delete(answer));
    if (state === 'frozen' || dead.has(incoming.socket)) {
      silenced.add(answer);
      return;
    }
    const instead = canned(seen);
    if (instead !== undefined) {
      answerWith(answer, instead);
      return;
    }
    const timer = setTimeout(() => {
      waiting.delete(timer);
      forward(incoming, answer, watch);
    }, delayMs);
    waiting.add(timer);
  });

  const port = await listen(proxy);
  return {
    url: `https://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections;
    },
    get openWatches() {
      return watches.size;
    },
    cut() {
      for (const watch of watches) watch.end();
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    freeze() {
      state = 'frozen';
      for (const answer of live) silenced.add(answer);
      for (const session of sessions) dead.add(session);
    },
    thawForNewConnections() {
      state = 'open';
    },
    refuse() {
      state = 'refusing';
      for (const socket of sockets) socket.resetAndDestroy();
    },
    allow() {
      state = 'open';
    },
    answerNext(...answers) {
      next.push(...answers);
    },
    answerAlways(answer) {
      always = answer;
    },
    inject(text) {
      for (const watch of watches) send(watch, text);
    },
    truncateNextEvent() {
      truncating = true;
      const one = (): void => {
        truncating = false;
      };
      for (const watch of watches) watch.once('finish', one);
    },
    delay(milliseconds) {
      delayMs = milliseconds;
    },
    dropBookmarks() {
      droppingBookmarks = true;
    },
    async [Symbol.asyncDispose]() {
      for (const timer of waiting) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      upstream.destroy();
      await once(proxy.close(), 'close');
    },
  };
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Framing is between two neighbours: the proxy makes its own. */
function withoutHopHeaders(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const hop = new Set(['connection', 'transfer-encoding']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.has(name)));
}

function answerWith(answer: ServerResponse, { code, retryAfterSeconds, body }: CannedAnswer): void {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message: 'a fault on command' };
  answer.writeHead(code, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  answer.end(body ?? JSON.stringify(status));
}
