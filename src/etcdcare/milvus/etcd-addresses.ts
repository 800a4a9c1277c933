import { selects } from '../../kube/label-selector.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Workload } from './objects.ts';

/** v1.Service, as far as it is read here. */
export interface Service extends KubeObject {
  readonly spec?: { readonly selector?: Readonly<Record<string, string>>; readonly clusterIPs?: readonly string[] };
}

/** The names and addresses by which clients reach an etcd. */
export interface EtcdAddresses {
  readonly namespace: string;
  readonly services: ReadonlySet<string>;
  readonly clusterIPs: ReadonlySet<string>;
}

/** The Services that lead to the pods of an etcd's StatefulSet: those that select them, and the one it is governed by. */
export function addressesOf(etcd: Workload, services: readonly Service[]): EtcdAddresses {
  const podLabels = etcd.spec?.template?.metadata?.labels ?? {};
  const leading = services.filter(
    ({ metadata, spec: { selector } = {} }) =>
      metadata.name === etcd.spec?.serviceName ||
      (selector !== undefined && Object.keys(selector).length > 0 && selects({ matchLabels: selector }, podLabels)),
  );
  return {
    namespace: etcd.metadata.namespace ?? '',
    services: new Set(leading.map(({ metadata }) => metadata.name)),
    clusterIPs: new Set(leading.flatMap(({ spec }) => spec?.clusterIPs ?? []).filter((ip) => ip !== 'None')),
  };
}

/**
 * Whether an endpoint (`host:port`) leads to this etcd. The host is a Service (`etcd`, `etcd.ns`, `etcd.ns.svc...`), a
 * pod behind one (`etcd-0.etcd-headless.ns.svc...`) or a Service's address; a name of no other form is told apart by
 * nobody but DNS, and does not count.
 *
 * @param from the namespace that short names are looked up in.
 */
export function leadsTo({ namespace, services, clusterIPs }: EtcdAddresses, endpoint: string, from: string): boolean {
  const host = endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  if (clusterIPs.has(host)) return true;
  const [first = '', second, third] = host.toLowerCase().replace(/\.$/, '').split('.');
  const isOurs = (service: string | undefined, where = from): boolean =>
    service !== undefined && services.has(service) && where === namespace;
  return isOurs(first, second) || isOurs(second, third === 'svc' ? undefined : third);
}
