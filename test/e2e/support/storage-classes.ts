import type { Kubectl } from './kubectl.ts';

const defaultMark = 'storageclass.kubernetes.io/is-default-class';

/** The local cluster's default class: folders of this machine, so that a volume follows its pod to any node. */
export const defaultClass = 'standard';

/** Makes a class like the default one that no claim gets by itself. It is the cluster's: choose a name of your own. */
export async function addStorageClass(kubectl: Kubectl, name: string): Promise<AsyncDisposable> {
  await kubectl.apply({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'kubernetes.io/host-path',
  });
  return {
    [Symbol.asyncDispose]: async () => {
      await kubectl.run(['delete', 'storageclass', name, '--ignore-not-found']);
    },
  };
}

/**
 * Takes the mark off the default class: claims that name none stay Pending, in the whole cluster, so only for scenarios
 * that run alone. Disposing puts it back, and they are bound.
 */
export async function withoutDefaultClass(kubectl: Kubectl): Promise<AsyncDisposable> {
  const mark = (value: boolean) =>
    kubectl.run(['annotate', 'storageclass', defaultClass, `${defaultMark}=${value}`, '--overwrite']);
  await mark(false);
  return {
    [Symbol.asyncDispose]: async () => {
      await mark(true);
    },
  };
}
