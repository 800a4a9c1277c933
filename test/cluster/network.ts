import { existsSync } from 'node:fs';
import type { ClusterPlan, NodePlan } from './plan.ts';
import { ownerLabel } from './plan.ts';
import { run } from './process.ts';
import type { ClusterState } from './state.ts';

/** Runs a list of `ip` commands at once. */
const ip = (lines: readonly string[], inNamespace?: string) =>
  inNamespace === undefined
    ? run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` })
    : run('nsenter', [`--net=/run/netns/${inNamespace}`, 'ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });

/**
 * Lays the cables: one bridge in the host's namespace, a namespace for each node with a cable to it, and routes so that
 * pods reach each other and the host reaches pods. Nothing leaves the machine: nodes have no way to the outside.
 *
 *     host  172.30.S.1 --- bridge cpoS --+-- cpoSn1 === eth0 node-1 172.30.S.11 -- cni0 -- pods 10.P.1.0/24
 *                                        +-- cpoSn2 === eth0 node-2 172.30.S.12 -- cni0 -- pods 10.P.2.0/24
 */
export async function buildNetwork(plan: ClusterPlan): Promise<void> {
  const label = ownerLabel(plan.name);
  if (!existsSync('/proc/sys/net/bridge')) await run('modprobe', ['br_netfilter']);
  await ip([
    `link add ${plan.bridge} type bridge`,
    `link set ${plan.bridge} alias ${label}`,
    `addr add ${plan.hostAddress}/24 dev ${plan.bridge}`,
    `link set ${plan.bridge} up`,
  ]);
  // Where a firewall drops by default (Docker does so for forwarded packets), the bridge must be let through.
  for (const rule of firewallRules(plan)) await run('iptables', ['-w', '-I', ...rule]);
  await Promise.all(plan.nodes.map((node) => connectNode(plan, node)));
  await ip(plan.nodes.map((node) => `route replace ${node.podCidr} via ${node.address}`));
}

async function connectNode(plan: ClusterPlan, node: NodePlan): Promise<void> {
  const namespace = node.networkNamespace;
  await run('ip', ['netns', 'add', namespace]);
  await ip([
    `link add ${node.link} type veth peer name eth0 netns ${namespace}`,
    `link set ${node.link} alias ${ownerLabel(plan.name)}`,
    `link set ${node.link} master ${plan.bridge}`,
    `link set ${node.link} up`,
  ]);
  const peers = plan.nodes.filter((peer) => peer !== node);
  await ip(
    [
      'link set lo up',
      `addr add ${node.address}/24 dev eth0`,
      'link set eth0 up',
      // A process on the node that calls a Service needs some route before iptables changes the address.
      `route add default via ${plan.hostAddress}`,
      ...peers.map((peer) => `route add ${peer.podCidr} via ${peer.address}`),
    ],
    namespace,
  );
  // Both are settings of the namespace: the host's stay as they are. kube-proxy needs to see bridged packets.
  const settings = ['net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1'];
  await run('nsenter', [`--net=/run/netns/${namespace}`, 'sysctl', '-q', '-w', ...settings]);
}

const firewallRules = (plan: ClusterPlan): string[][] => {
  const comment = ['-m', 'comment', '--comment', ownerLabel(plan.name), '-j', 'ACCEPT'];
  return [
    ['INPUT', '-i', plan.bridge, ...comment],
    ['FORWARD', '-i', plan.bridge, '-o', plan.bridge, ...comment],
  ];
};

/** Takes everything away again; each step alone, as a start may have failed at any of them. */
export async function removeNetwork(plan: ClusterPlan): Promise<void> {
  const quietly = (work: Promise<unknown>) => work.catch(() => undefined);
  await Promise.all(
    plan.nodes.map(async (node) => {
      await quietly(run('ip', ['netns', 'delete', node.networkNamespace]));
      await quietly(run('ip', ['link', 'delete', node.link]));
    }),
  );
  await quietly(run('ip', ['link', 'delete', plan.bridge])); // its routes go with it
  for (const rule of firewallRules(plan)) await quietly(run('iptables', ['-w', '-D', ...rule]));
}

/**
 * Lets the host reach Services, through the kube-proxy rules of one node: packets from outside the pod network are
 * masqueraded there, so that answers come back the same way. Call it again when that node is cut off.
 */
export async function routeServices(
  state: ClusterState,
  isReachable: (node: NodePlan) => boolean = () => true,
): Promise<void> {
  const { plan } = state;
  const gateway = plan.nodes.find((node) => isReachable(node)) ?? plan.nodes[0];
  if (!gateway) return;
  await ip([`route replace ${plan.serviceCidr} via ${gateway.address}`]);
  state.update({ serviceGateway: gateway.name });
}

/** Pulls a node's cable, or plugs it in again. */
export async function setLink(node: NodePlan, up: boolean): Promise<void> {
  await run('ip', ['link', 'set', node.link, up ? 'up' : 'down']);
}

/** Whether the node's cable is plugged in. */
export async function isLinkUp(node: NodePlan): Promise<boolean> {
  return /<[^>]*\bUP\b/.test(await run('ip', ['-o', 'link', 'show', 'dev', node.link]));
}

/**
 * Whether none of a plan's addresses is used on this machine already, by whatever.
 * An own network within 10.0.0.0/8 counts: a cluster's route would hide it.
 */
export async function isAddressRangeFree(plan: ClusterPlan): Promise<boolean> {
  const routes = (await run('ip', ['-4', 'route', 'show', 'table', 'all'])).split('\n');
  const taken = routes.flatMap((line) => {
    const word = line.split(' ').find((part) => /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(part));
    return word === undefined ? [] : [range(word)];
  });
  const wanted = [plan.podCidr, plan.serviceCidr, plan.hostCidr].map(range);
  return !wanted.some((mine) => taken.some((other) => mine.first <= other.last && other.first <= mine.last));
}

function range(cidr: string): { first: number; last: number } {
  const [address = '', bits = '32'] = cidr.split('/');
  const value = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}
