import { localKindOf } from '../etcd/local-addresses.ts';
import { notAllowed } from '../etcd/checked-resolver.ts';

/** What the operator does with endpoints that the writers of pairs name. */
export interface EndpointPolicy {
  /** Dial loopback, link-local and metadata addresses too. */
  readonly allowLocal: boolean;
  /** Send passwords without TLS to endpoints that are no Services of the pair's namespace. */
  readonly allowPlainPasswords: boolean;
}

/** What holds unless somebody who runs the operator says otherwise. */
export const strictPolicy: EndpointPolicy = { allowLocal: false, allowPlainPasswords: false };

/** What a policy says of some endpoints. */
export interface EndpointVerdict {
  /** Why they may not be used at all. */
  readonly problem?: string;
  /** Some are no Services of the namespace. */
  readonly isElsewhere: boolean;
}

/**
 * Judges endpoints as they are dialled.
 *
 * @param namespace the pair's.
 * @param plainPassword a password would be sent without TLS.
 */
export function judgeEndpoints(
  hosts: readonly string[],
  namespace: string,
  plainPassword: boolean,
  policy: EndpointPolicy,
): EndpointVerdict {
  const isElsewhere = hosts.some((host) => !isServiceOf(host, namespace));
  for (const host of hosts) {
    const kind = /^localhost\.?$/i.test(host) ? 'a loopback address' : localKindOf(host);
    if (kind !== undefined && !policy.allowLocal)
      return { isElsewhere, problem: `spec.etcd.endpoints: ${notAllowed(host, kind)}; name the Service of etcd` };
    if (plainPassword && !policy.allowPlainPasswords && !isServiceOf(host, namespace))
      return {
        isElsewhere,
        problem: `spec.etcd.auth: the password would go to ${host} without TLS, and that is no Service of this namespace; set spec.etcd.tls, or let the operator send it (--allow-plain-passwords)`,
      };
  }
  return { isElsewhere };
}

/** `service.namespace.svc`, or a pod behind one, with or without the cluster's domain. */
function isServiceOf(host: string, namespace: string): boolean {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  const svc = labels.indexOf('svc');
  // The domain of a cluster has no part of its own named so; the namespace stands right before it.
  return (svc === 2 || svc === 3) && labels[svc - 1] === namespace;
}
