import { until } from '../../support/until.ts';
import type { ApiServerAccess } from './api-server.ts';

/** The kinds that the project brings, as files of crds/ without their ending. */
export type CrdFile = 'coordinatorpairs' | 'etcdguards' | 'etcdrecoveries';

/**
 * Applies CRDs and waits until the API server serves and documents them: an established kind reaches the OpenAPI
 * documents, which `kubectl explain` reads, only some seconds later on a busy machine.
 */
export async function installCrds(server: ApiServerAccess, ...files: readonly CrdFile[]): Promise<void> {
  await server.kubectl(['apply', ...files.flatMap((file) => ['-f', `crds/${file}.yaml`])]);
  const crds = files.map((file) => `crd/${file}.ha.milvus.io`);
  await server.kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...crds]);
  await until(
    `${files.join(', ')} are documented`,
    async () => {
      for (const file of files) await server.kubectl(['explain', file]);
      return true;
    },
    { timeoutMs: 30_000, everyMs: 250 },
  );
}
