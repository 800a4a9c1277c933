import type { ListenAddress } from './config-values.ts';
import { plain, serve } from './http-endpoint.ts';
import type { HttpEndpoint, Page } from './http-endpoint.ts';

/**
 * Looks at one thing. Gives undefined when it is well, else a short reason; throwing counts as not well. It must answer
 * at once: what takes time is observed elsewhere and only looked up here.
 */
export type HealthCheck = () => string | undefined;

/** Checks by name, in the order in which they are listed. */
export type HealthChecks = Readonly<Record<string, HealthCheck>>;

/** What the process can say of itself. */
export interface HealthOptions {
  readonly address: ListenAddress;
  /** Failing means that only a restart helps. */
  readonly healthz: HealthChecks;
  /** Failing means that this replica could not take over now. */
  readonly readyz: HealthChecks;
}

/**
 * Serves /healthz and /readyz as the API server does: 200 `ok`, or 503 with a line per check; `?verbose` lists them
 * always.
 *
 * @throws Error when the address cannot be listened on.
 */
export function serveHealth({ address, healthz, readyz }: HealthOptions): Promise<HttpEndpoint> {
  return serve(
    address,
    new Map([
      ['/healthz', (query) => Promise.resolve(report('healthz', healthz, query.has('verbose')))],
      ['/readyz', (query) => Promise.resolve(report('readyz', readyz, query.has('verbose')))],
    ]),
  );
}

function report(endpoint: string, checks: HealthChecks, verbose: boolean): Page {
  const results = Object.entries(checks).map(([name, check]) => ({ name, reason: reasonOf(check) }));
  const failed = results.some(({ reason }) => reason !== undefined);
  if (!failed && !verbose) return plain(200, 'ok');
  const lines = results.map(({ name, reason }) =>
    reason === undefined ? `[+]${name} ok` : `[-]${name} failed: ${reason}`,
  );
  return plain(failed ? 503 : 200, [...lines, `${endpoint} check ${failed ? 'failed' : 'passed'}`].join('\n'));
}

function reasonOf(check: HealthCheck): string | undefined {
  try {
    return check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
