import { Agent, request } from 'undici';
import type { EtcdAccess } from './etcd-access.ts';

/** How long one call may take. */
const callMs = 2_000;

/** A signal does not end a call that has no connection yet. */
const dispatcher = new Agent({ connect: { timeout: callMs } });

/**
 * One call of etcd's HTTP gateway, over a connection of its own: one that is kept would stay with a member that died.
 * @throws Error with etcd's words when it was refused, and when it was not answered within two seconds.
 */
export async function callEtcd<T>(
  url: string,
  method: 'put' | 'range',
  question: object,
  signal?: AbortSignal,
  access?: EtcdAccess,
): Promise<T> {
  try {
    const asUser = await access?.gateway(url); // logging in may take longer than the call
    const deadline = AbortSignal.timeout(callMs);
    const { statusCode, body } = await request(`${url}/v3/kv/${method}`, {
      dispatcher,
      ...asUser,
      method: 'POST',
      body: JSON.stringify(question),
      reset: true,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${method}: ${statusCode} ${text}`);
    return JSON.parse(text) as T;
  } catch (error) {
    access?.forget();
    throw error;
  }
}

/** Keys and values as the gateway takes them. */
export const encode = (text: string): string => Buffer.from(text).toString('base64');

/** Keys and values as the gateway gives them. */
export const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
