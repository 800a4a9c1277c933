import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../../../src/kube/objects.ts';
import type { ApiServerAccess } from '../support/api-server.ts';

/** The simplest object there is. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** A ConfigMap labelled `test=yes`. */
export function configMap(namespace: string, name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { test: 'yes' } }, data };
}

/** Makes a namespace of its own for a test. @returns its name. */
export async function namespaceFor(server: ApiServerAccess, purpose: string): Promise<string> {
  await using client = server.client();
  const name = `${purpose}-${randomBytes(3).toString('hex')}`;
  const kind = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
  await client.create(kind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}
