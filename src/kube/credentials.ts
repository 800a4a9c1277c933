import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../base/clock.ts';

/** Where a client's identity comes from. */
export interface CredentialSource {
  /** Path of a kubeconfig file. Absent: $KUBECONFIG, ~/.kube/config, then the pod's service account. */
  readonly kubeconfig?: string | undefined;
  /** A context of it other than the current one. */
  readonly context?: string | undefined;
}

/** What a connection must present and check. */
export interface TlsMaterial {
  readonly ca?: Buffer | string;
  readonly cert?: Buffer | string;
  readonly key?: Buffer | string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** How to reach one API server, as whom, at this moment. */
export interface Credentials {
  /** Base URL without a trailing slash. */
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  /** HTTP proxy of the kubeconfig (`proxy-url`). */
  readonly proxyUrl: string | undefined;
}

/** How long what was read is believed. Kubelets renew a service account's token long before it ends. */
const freshMs = 10_000;

/**
 * Reads credentials by client-node's KubeConfig (service account, tokens, certificates, exec plugins, OIDC) and keeps
 * them for a moment: rotated files are picked up within 10 s, a token file within 60 s (client-node keeps it so long),
 * and everything at once after {@link forget}.
 */
export class CredentialReader {
  readonly #source: CredentialSource;
  readonly #clock: Clock;
  #config: KubeConfig | undefined;
  #last: { readonly credentials: Promise<Credentials>; readonly readMs: number } | undefined;

  /** @throws Error when there is no usable kubeconfig or service account. */
  constructor(source: CredentialSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#config = load(source);
  }

  /** @throws Error when a file cannot be read or an exec plugin fails. */
  async current(): Promise<Credentials> {
    const nowMs = this.#clock.nowMs();
    if (this.#last === undefined || nowMs - this.#last.readMs > freshMs) {
      this.#config ??= load(this.#source);
      const credentials = read(this.#config);
      const last = { credentials, readMs: nowMs };
      this.#last = last;
      credentials.catch(() => {
        if (this.#last === last) this.#last = undefined;
      });
    }
    return this.#last.credentials;
  }

  /** The server did not accept them: read everything again on the next call. */
  forget(): void {
    this.#config = undefined;
    this.#last = undefined;
  }
}

function load({ kubeconfig, context }: CredentialSource): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Error(`kubeconfig: context ${config.getCurrentContext()} names no cluster; choose one that does`);
  // What client-node makes up when it finds nothing.
  if (kubeconfig === undefined && cluster.server === 'http://localhost:8080')
    throw new Error('no kubeconfig and no service account found: set KUBECONFIG or run inside a cluster');
  if (cluster.proxyUrl?.startsWith('socks'))
    throw new Error(`kubeconfig: proxy-url ${cluster.proxyUrl}: SOCKS is not supported, use an HTTP proxy`);
  return config;
}

async function read(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const cluster = config.getCurrentCluster();
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value).trim();
  if (typeof options.auth === 'string') headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  const { ca, cert, key, servername, rejectUnauthorized } = options as TlsMaterial;
  return {
    server: (cluster?.server ?? '').replace(/\/+$/, ''),
    headers,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(servername === undefined ? {} : { servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    },
    proxyUrl: cluster?.proxyUrl,
  };
}
