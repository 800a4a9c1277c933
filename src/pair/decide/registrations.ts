import { canonicalHost } from '../../milvus/addresses.ts';
import { hostOfAddress } from '../../milvus/session-value.ts';
import type { PodView } from '../pod-view.ts';
import type { Session } from './role-sessions.ts';

/** Every address of a pod: of each family, and of each network that its annotations tell of. */
export function addressesOf({ ip, otherIPs = [] }: Pick<PodView, 'ip' | 'otherIPs'>): readonly string[] {
  return ip === undefined ? otherIPs : [ip, ...otherIPs];
}

/** Whether a registration was made at one of these addresses, however either is spelt. */
export function isAt({ address }: Pick<Session, 'address'>, addresses: readonly string[]): boolean {
  const host = canonicalHost(hostOfAddress(address));
  return addresses.some((other) => canonicalHost(other) === host);
}

/**
 * Whether a registration was written by a process of this pod: the address is one of the pod's and, where the
 * registration names its host, the name too (a StatefulSet's pod name comes back with another address after a restart).
 * In a pod with hostNetwork the host is the node.
 */
export function belongsTo(session: Session, pod: PodView): boolean {
  return (
    isAt(session, addressesOf(pod)) &&
    (session.hostName === undefined || session.hostName === pod.name || pod.hostNetwork)
  );
}

/** Whether a registration at this pod's address may be that of another pod: both have the address of their node. */
export function sharesAddress(pod: PodView, pods: readonly PodView[]): boolean {
  return pod.hostNetwork && pods.some((other) => other !== pod && other.hostNetwork && other.ip === pod.ip);
}

/**
 * Whether it is not certain yet: a process registers within milliseconds, its pod's address appears in the API a second
 * later; and pods that share an address cannot be told apart.
 */
export function mayBelongTo(session: Session, pod: PodView, pods: readonly PodView[]): boolean {
  const { ip, nodeName, name } = pod;
  const { hostName } = session;
  if (ip === undefined) return nodeName !== undefined && (hostName === undefined || hostName === name);
  return belongsTo(session, pod) && sharesAddress(pod, pods);
}

/** The pod whose name a registration carries beside an address that is none of the pod's. */
export function namesakeOf(session: Session, pods: readonly PodView[]): PodView | undefined {
  return pods.find(
    (pod) => pod.name === session.hostName && pod.ip !== undefined && !pod.hostNetwork && !belongsTo(session, pod),
  );
}
