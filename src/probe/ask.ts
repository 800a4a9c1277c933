import { request } from 'node:http';
import { connect } from 'node:net';
import { withDeadline, type Clock } from '../base/clock.ts';
import { parseHealth, type Health } from '../milvus/health.ts';
import { MANAGEMENT_PORT } from '../milvus/roles.ts';
import type { PortAnswer, ProbeAddress, ProbeAnswer } from './types.ts';

/** A process that lives answers within milliseconds; one that does not in this time says nothing of itself. */
const DEADLINE_MS = 1_000;

/** The answer is some hundred bytes; of anything longer the rest is not read. */
const MAX_BODY_LENGTH = 16_384;

/**
 * Asks one process of Milvus once: `/healthz` of its management port (default 9091) and a connection to the role's own
 * port. Each on a connection of its own that is closed afterwards.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function askProcess(
  address: ProbeAddress,
  clock: Clock,
  signal: AbortSignal,
  managementPort = MANAGEMENT_PORT,
): Promise<ProbeAnswer> {
  const within = <R extends Health | PortAnswer>(ask: (signal: AbortSignal) => Promise<R>) =>
    withDeadline(clock, DEADLINE_MS, () => new Error('no answer in time'), signal, ask).catch((error: unknown) => {
      signal.throwIfAborted();
      return isRefusal(error) ? 'Refused' : 'Silent';
    });
  const [health, port] = await Promise.all([
    within((deadline) => askHealth(address.host, managementPort, deadline)),
    within((deadline) => tryPort(address, deadline)),
  ]);
  return typeof health === 'string' ? { health, port } : { ...healthAnswer(health), port };
}

function healthAnswer({ state, roles }: Health): Pick<ProbeAnswer, 'health' | 'roles'> {
  return { health: state, ...(roles ? { roles } : {}) };
}

function isRefusal(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
}

/** The header makes Milvus answer in JSON, with the state of each role (2.3.5). */
function askHealth(host: string, port: number, signal: AbortSignal): Promise<Health> {
  const { promise, resolve, reject } = Promise.withResolvers<Health>();
  const headers = { 'Content-Type': 'application/json' };
  const asked = request({ host, port, path: '/healthz', headers, agent: false, signal }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      body += part;
      if (body.length > MAX_BODY_LENGTH) response.destroy(new Error('the answer is too long'));
    });
    response.on('end', () => resolve(parseHealth(body)));
    response.on('error', reject);
  });
  asked.on('error', reject);
  asked.end();
  return promise;
}

function tryPort({ host, port }: ProbeAddress, signal: AbortSignal): Promise<PortAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<PortAnswer>();
  const socket = connect({ host, port, signal });
  socket.on('connect', () => {
    socket.destroy();
    resolve('Open');
  });
  socket.on('error', reject);
  return promise;
}
