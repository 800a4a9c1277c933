import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import type { ClusterPlan } from './plan.ts';
import { apiServerUrl } from './kubeconfig.ts';

/** The API server answered with something else than 2xx. */
export class ApiError extends Error {
  readonly code = 'API_REFUSED';
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const timeoutMs = 5_000;

/**
 * One call to the API server as administrator. The cluster's own needs are a handful of calls, and they come before
 * anybody else could make any.
 * @throws ApiError for an answer that is not 2xx, Error where there is no answer.
 */
export function callApi(plan: ClusterPlan, method: string, path: string, body?: unknown): Promise<string> {
  const pki = (name: string) => readFileSync(join(plan.runDir, 'pki', name));
  const options = {
    method,
    timeout: timeoutMs,
    agent: false,
    ca: pki('ca.crt'),
    cert: pki('admin.crt'),
    key: pki('admin.key'),
  };
  return new Promise((resolve, reject) => {
    const call = request(`${apiServerUrl(plan)}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(text);
        else reject(new ApiError(status, `${method} ${path}: ${String(status)} ${text.slice(0, 500)}`));
      });
    });
    call.on('timeout', () => call.destroy(new Error(`no answer to ${method} ${path} within ${String(timeoutMs)} ms`)));
    call.on('error', reject);
    if (body !== undefined) {
      call.setHeader('content-type', 'application/json');
      call.write(JSON.stringify(body));
    }
    call.end();
  });
}

/** Reads an object or a list. The caller says what it expects; only the cluster's own tooling reads this way. */
export async function readObject(plan: ClusterPlan, path: string): Promise<unknown> {
  return JSON.parse(await callApi(plan, 'GET', path)) as unknown;
}

/** Creates an object, or leaves it where it exists. */
export async function createObject(plan: ClusterPlan, path: string, object: unknown): Promise<void> {
  try {
    await callApi(plan, 'POST', path, object);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  }
}
