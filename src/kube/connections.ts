import { createHash } from 'node:crypto';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { Credentials } from './credentials.ts';

/** How long an unused connection is kept, milliseconds: shorter than the idle limits of common load balancers. */
const idleMs = 30_000;

/**
 * How soon the kernel asks a silent peer whether it lives, milliseconds. Node asks ten times, a second apart, so a
 * peer that has vanished breaks the connection after 25 s.
 */
const tcpKeepAliveMs = 15_000;

/** What a connection is for: a watch keeps its own for as long as it lasts, calls share a limited number. */
export type Purpose = 'calls' | 'watches';

type Pools = Readonly<Record<Purpose, Dispatcher>>;

/**
 * The connections to one API server, kept alive and shared (client-node's own dispatcher makes one for every request),
 * HTTP/1.1, made anew when the CA or the client certificate changes. Watches that still run on outdated ones end by
 * themselves, and their connections with them.
 */
export class Connections implements AsyncDisposable {
  readonly #connectTimeoutMs: number;
  readonly #maxCalls: number;
  readonly #retired = new Set<Dispatcher>();
  #current: { readonly pools: Pools; readonly fingerprint: string } | undefined;
  #closed = false;

  constructor(connectTimeoutMs: number, maxCalls: number) {
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#maxCalls = maxCalls;
  }

  /**
   * Where to send a request with these credentials.
   *
   * @throws Error after dispose.
   */
  for(credentials: Credentials, purpose: Purpose): Dispatcher {
    if (this.#closed) throw new Error('this Kubernetes client is closed');
    const fingerprint = fingerprintOf(credentials);
    if (this.#current?.fingerprint !== fingerprint) {
      for (const pool of Object.values(this.#current?.pools ?? {})) this.#retire(pool);
      const pools = { calls: this.#make(credentials, this.#maxCalls), watches: this.#make(credentials, null) };
      this.#current = { pools, fingerprint };
    }
    return this.#current.pools[purpose];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const all = [...this.#retired, ...Object.values(this.#current?.pools ?? {})];
    this.#current = undefined;
    await Promise.all(all.map((pool) => pool.destroy()));
  }

  #retire(pool: Dispatcher): void {
    this.#retired.add(pool);
    // Ends once its last answer is read; fails only if dispose destroys it meanwhile, which is an end too.
    void pool.close().then(
      () => this.#retired.delete(pool),
      () => this.#retired.delete(pool),
    );
  }

  #make({ tls, proxyUrl }: Credentials, connections: number | null): Dispatcher {
    const pool = { allowH2: false, pipelining: 1, keepAliveTimeout: idleMs, keepAliveMaxTimeout: idleMs, connections };
    const connect = {
      ...tls,
      timeout: this.#connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelay: tcpKeepAliveMs,
    };
    return proxyUrl === undefined
      ? new Agent({ ...pool, connect })
      : new ProxyAgent({ ...pool, uri: proxyUrl, requestTls: tls, connect: { timeout: this.#connectTimeoutMs } });
  }
}

function fingerprintOf({ tls, proxyUrl }: Credentials): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key, tls.servername, String(tls.rejectUnauthorized), proxyUrl])
    hash.update(part ?? '').update('\0');
  return hash.digest('hex');
}
