import type { KubeClient } from '../../../src/kube/client.ts';

/** A client that has only the methods a test gives it; any other call fails the test. */
export function fakeClient(methods: Partial<KubeClient>): KubeClient {
  const missing = (name: string) => (): never => {
    throw new Error(`the test expected no ${name}`);
  };
  return {
    get: missing('get'),
    list: missing('list'),
    watch: missing('watch'),
    create: missing('create'),
    update: missing('update'),
    apply: missing('apply'),
    mergePatch: missing('mergePatch'),
    delete: missing('delete'),
    ...methods,
  };
}
