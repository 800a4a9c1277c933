import { join } from 'node:path';

/** The name of the cluster that `make demo` leaves running, and the CLI's default. */
export const defaultClusterName = 'demo';

/** Where the run folders of clusters lie. On a disk: containers' file systems are under it. */
export const clustersRoot = (): string =>
  process.env['COORDINATOR_PAIR_CLUSTERS'] ?? '/var/lib/coordinator-pair-operator';

/** The folder that holds everything of one cluster. */
export const runDirOf = (clusterName: string): string => join(clustersRoot(), clusterName);

/** Prefix of whatever the kernel knows by name: network namespaces and cgroups. No name is another's prefix. */
export const kernelPrefix = (clusterName: string): string => `cpo-${clusterName}.`;

/** What links carry as their alias and iptables rules as their comment. */
export const ownerLabel = (clusterName: string): string => `cpo:${clusterName}`;

/** The name of the pods' network in the CNI configuration. */
export const networkName = (clusterName: string): string => `cpo-${clusterName}`;

/** One node: a network namespace, a containerd, a kubelet and a kube-proxy. */
export interface NodePlan {
  /** Its name in Kubernetes. */
  readonly name: string;
  readonly runDir: string;
  readonly networkNamespace: string;
  /** The host's end of its cable. */
  readonly link: string;
  readonly address: string;
  readonly podCidr: string;
  /** Its cgroup, without a leading slash, below each mounted hierarchy. */
  readonly cgroup: string;
}

/** All names and addresses of one cluster. */
export interface ClusterPlan {
  readonly name: string;
  /** The number all addresses follow from; clusters that run side by side have different ones. */
  readonly slot: number;
  readonly runDir: string;
  readonly bridge: string;
  /** Of the host on the bridge; the API server and the DNS listen there and nowhere else. */
  readonly hostAddress: string;
  readonly hostCidr: string;
  /** etcd listens there: not reachable from the nodes. */
  readonly loopbackAddress: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly apiServiceAddress: string;
  readonly dnsServiceAddress: string;
  readonly nodes: readonly NodePlan[];
}

/** How many clusters can run side by side. */
export const slotCount = 32;

/** The port of the DNS on the host's address: not 53, which a resolver of the machine may hold. */
export const dnsPort = 1053;
/** The port of the API server on the host's address. */
export const apiPort = 6443;

const validName = /^[a-z][a-z0-9-]{0,19}$/;
const mostNodes = 9;

/**
 * Derives all names and addresses.
 * @throws RangeError for a name that can't be part of a namespace's name, or too many nodes.
 */
export function planCluster(name: string, slot: number, nodeCount: number): ClusterPlan {
  if (!validName.test(name))
    throw new RangeError(`a cluster's name must match ${String(validName)}, this does not: ${name}`);
  if (nodeCount < 1 || nodeCount > mostNodes)
    throw new RangeError(`a cluster has 1 to ${mostNodes} nodes, not ${nodeCount}`);
  const runDir = runDirOf(name);
  const podNet = `10.${100 + slot}`;
  const serviceNet = `10.${100 + slotCount + slot}`;
  const nodes = Array.from({ length: nodeCount }, (_, index): NodePlan => {
    const number = index + 1;
    const id = `${kernelPrefix(name)}node-${number}`;
    return {
      name: `node-${number}`,
      runDir: join(runDir, `node-${number}`),
      networkNamespace: id,
      link: `cpo${slot}n${number}`,
      address: `172.30.${slot}.${10 + number}`,
      podCidr: `${podNet}.${number}.0/24`,
      cgroup: id,
    };
  });
  return {
    name,
    slot,
    runDir,
    bridge: `cpo${slot}`,
    hostAddress: `172.30.${slot}.1`,
    hostCidr: `172.30.${slot}.0/24`,
    loopbackAddress: `127.30.${slot}.1`,
    podCidr: `${podNet}.0.0/16`,
    serviceCidr: `${serviceNet}.0.0/16`,
    apiServiceAddress: `${serviceNet}.0.1`,
    dnsServiceAddress: `${serviceNet}.0.10`,
    nodes,
  };
}

/** The slots in the order in which a cluster of this name tries them: the same name gets the same addresses again. */
export function slotsFor(name: string): number[] {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % slotCount;
  return Array.from({ length: slotCount }, (_, offset) => (hash + offset) % slotCount);
}

/** The environment variable every program of a cluster carries: `NAME/RUN`. Children such as shims inherit it. */
export const ownerVariable = 'COORDINATOR_PAIR_CLUSTER';
