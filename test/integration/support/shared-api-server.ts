import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  accessTo,
  startApiServer,
  writeKubeconfig,
  type ApiServer,
  type ApiServerAccess,
  type ApiServerAddress,
} from './api-server.ts';

/** Tells jest's workers which API servers run for them: an {@link ApiServerAddress} for each, as JSON. */
const variable = 'INTEGRATION_API_SERVERS';

/** An API server that files of tests use one after the other, each in a namespace of its own. */
export interface SharedApiServer extends ApiServerAccess, AsyncDisposable {
  /** The file's own; kubectl acts there. */
  readonly namespace: string;
}

/** API servers for all workers of a run. */
export interface WorkerApiServers extends AsyncDisposable {
  /** To be added to the environment of the tests. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts an API server for each worker. Disposing ends them. */
export async function startForWorkers(workers: number): Promise<WorkerApiServers> {
  const started = await Promise.allSettled(Array.from({ length: workers }, () => startApiServer()));
  const servers = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  const dispose = () => Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  const failed = started.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await dispose();
    throw failed.reason as Error;
  }
  return {
    env: { [variable]: JSON.stringify(servers.map(addressOf)) },
    [Symbol.asyncDispose]: async () => {
      await dispose();
    },
  };
}

const addressOf = ({ url, kubeconfig, token, tls, folder }: ApiServer): ApiServerAddress => ({
  ...{ url, kubeconfig, token, tls, folder },
});

/**
 * The API server of this worker with a namespace for this file; one of its own where the tests were started without one. For tests
 * that leave the server itself alone. Disposing ends what is the file's own; the namespace stays, as nothing here removes any.
 */
export async function useApiServer(): Promise<SharedApiServer> {
  const addresses = JSON.parse(process.env[variable] ?? '[]') as readonly ApiServerAddress[];
  const address = addresses[Number(process.env['JEST_WORKER_ID'] ?? 1) - 1];
  if (address === undefined) {
    const own = await startApiServer();
    return inOwnNamespace(own, () => own[Symbol.asyncDispose]());
  }
  return inOwnNamespace(address, () => Promise.resolve());
}

async function inOwnNamespace(address: ApiServerAddress, dispose: () => PromiseLike<void>): Promise<SharedApiServer> {
  const namespace = `file-${randomBytes(4).toString('hex')}`;
  const kubeconfig = join(address.folder, `kubeconfig-${namespace}`);
  await writeKubeconfig(kubeconfig, address.url, address.tls.caFile, address.token, namespace);
  const access = accessTo({ ...address, kubeconfig });
  await access.kubectl(['create', 'namespace', namespace]);
  return { ...access, namespace, [Symbol.asyncDispose]: async () => dispose() };
}
