import type { Pod } from '../../../src/kube/core-types.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import { run } from '../../cluster/process.ts';
import type { Scene } from './scene.ts';
import { operatorNamespace } from './settings.ts';

/**
 * Keeps the operator from the members of an etcd, as a network policy does: nothing that they answer reaches it. They go
 * on among themselves and with everybody else, and the kubelets see them as well as ever. Ends when it is disposed.
 */
export async function hideFromOperator(scene: Scene, pods: readonly string[]): Promise<AsyncDisposable> {
  const { client, cluster, namespace } = scene;
  const { items } = await client.list<Pod>(podKind, {
    namespace: operatorNamespace,
    labelSelector: 'app.kubernetes.io/component=operator',
  });
  const addresses = items.flatMap(({ status }) => status?.podIP ?? []);
  const processes = await Promise.all(
    pods.map(async (pod) => (await cluster.findContainer({ namespace, pod, container: 'etcd' })).pid),
  );
  const inEach = async (command: 'replace' | 'del'): Promise<void> => {
    const lines = addresses.map((address) => `route ${command} blackhole ${address}/32\n`).join('');
    for (const pid of processes)
      await run('nsenter', ['--target', String(pid), '--net', 'ip', '-batch', '-'], { input: lines });
  };
  await inEach('replace');
  return { [Symbol.asyncDispose]: () => inEach('del') };
}
