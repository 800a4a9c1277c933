import { limits } from '../../base/limits.ts';
import { BeyondLimits, checkLimits } from './beyond-limits.ts';
import { fencedBy } from './fenced.ts';
import { flagReader } from './flags.ts';
import { startUpOf, type StartUp } from './start-up.ts';
import type { Container, EtcdStatefulSet } from './stateful-set.ts';

/** A member as the template names it to a cluster that starts. */
export interface InitialMember {
  readonly name: string;
  readonly peerURL: string;
}

/** What a StatefulSet says of the etcd that it runs. */
export interface EtcdSetup {
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  /** The EtcdRecovery that stopped it so that it does not split; absent: it was not, or somebody has changed it since. */
  readonly fencedBy?: string;
  /** Labels that select its pods, as text. */
  readonly selector: string;
  readonly serviceName: string;
  readonly containerName: string;
  readonly image: string;
  readonly startUp: StartUp;
  readonly clientPort: number;
  /** Clients must come by TLS. */
  readonly clientTLS: boolean;
  /** Of the first URL that a member gives to clients; `$(...)` stands for what differs by pod, its name. */
  readonly advertisedHost?: string;
  readonly dataDir?: string;
  /** Empty: the template does not say. */
  readonly initialCluster: readonly InitialMember[];
  /** As rendered: a template that was never upgraded says `new` for ever. */
  readonly initialClusterState?: string;
  readonly token?: string;
  readonly quotaBytes: number;
  /** Names of the volume claim templates; the claim of a pod is `<template>-<pod>`. */
  readonly claimTemplates: readonly string[];
  /** Variables that are set, by name, of those that change what the image does to data. */
  readonly switches: ReadonlySet<string>;
  /** The command of the liveness probe, or the path of its HTTP request; absent: there is none. */
  readonly liveness?: string;
}

/** etcd's own default of --quota-backend-bytes. */
const DEFAULT_QUOTA_BYTES = 2 * 1024 ** 3;

/** Learns how an etcd is set up. @returns why not, when the StatefulSet runs no etcd, or more than any etcd has. */
export function learnSetup(set: EtcdStatefulSet): EtcdSetup | { readonly why: string } {
  const containers = set.spec?.template?.spec?.containers ?? [];
  const container = etcdContainer(containers);
  if (!container) return { why: `none of its containers (${containers.map(({ name }) => name).join(', ')}) runs etcd` };
  try {
    checkLimits(set, container);
    return setupOf(set, container);
  } catch (error) {
    if (error instanceof BeyondLimits) return { why: error.message };
    throw error;
  }
}

/** @throws BeyondLimits */
function setupOf(set: EtcdStatefulSet, container: Container): EtcdSetup {
  const { name, namespace = '' } = set.metadata;
  const flag = flagReader(container, { name, namespace });
  const listen = flag('listen-client-urls') ?? '';
  const liveness = livenessOf(container);
  const fenced = fencedBy(set);
  const [dataDir, initialClusterState, token] = [
    flag('data-dir'),
    flag('initial-cluster-state'),
    flag('initial-cluster-token'),
  ];
  return {
    name,
    namespace,
    replicas: set.spec?.replicas ?? 1,
    ...(fenced === undefined ? {} : { fencedBy: fenced }),
    selector: selectorOf(set),
    serviceName: set.spec?.serviceName ?? '',
    containerName: container.name,
    image: container.image ?? '',
    startUp: startUpOf(container),
    clientPort: clientPortOf(container, listen),
    clientTLS: listen.startsWith('https:'),
    ...advertised(flag('advertise-client-urls')),
    ...(dataDir ? { dataDir } : {}),
    initialCluster: initialClusterOf(flag('initial-cluster') ?? ''),
    ...(initialClusterState ? { initialClusterState } : {}),
    ...(token ? { token } : {}),
    quotaBytes: Number(flag('quota-backend-bytes') ?? 0) || DEFAULT_QUOTA_BYTES,
    claimTemplates: (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? ''),
    switches: switchesOf(container),
    ...(liveness === undefined ? {} : { liveness }),
  };
}

/** The pods that a StatefulSet should have. */
export function podNames({ name, replicas }: Pick<EtcdSetup, 'name' | 'replicas'>): readonly string[] {
  return Array.from({ length: replicas }, (_, ordinal) => `${name}-${ordinal}`);
}

function etcdContainer(containers: readonly Container[]): Container | undefined {
  return (
    containers.find(({ name }) => name === 'etcd') ??
    containers.find(({ image = '' }) => /(^|\/)etcd([:@]|$)/.test(image)) ??
    containers.find(({ command = [], args = [] }) => [...command, ...args].some((word) => /(^|\/)etcd$/.test(word)))
  );
}

function selectorOf({ spec }: EtcdStatefulSet): string {
  const labels = spec?.selector?.matchLabels ?? {};
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function clientPortOf({ ports = [] }: Container, listen: string): number {
  const named = ports.find(({ name }) => name === 'client')?.containerPort;
  return named ?? (Number(/:(\d+)(?:[,/]|$)/.exec(listen)?.[1] ?? 0) || 2379);
}

function advertised(urls: string | undefined): Pick<EtcdSetup, 'advertisedHost'> {
  const host = /^https?:\/\/([^:,/]+(?:\([^)]*\)[^:,/]*)?)/.exec(urls ?? '')?.[1];
  return host === undefined ? {} : { advertisedHost: host };
}

function initialClusterOf(text: string): readonly InitialMember[] {
  const entries = text.split(',', limits.etcdMembers + 1);
  if (entries.length > limits.etcdMembers)
    throw new BeyondLimits(`its initial cluster names more than ${limits.etcdMembers} members`);
  return entries.flatMap((entry) => {
    const at = entry.indexOf('=');
    return at < 1 ? [] : [{ name: entry.slice(0, at), peerURL: entry.slice(at + 1) }];
  });
}

const watchedSwitches = ['ETCD_DISASTER_RECOVERY', 'ETCD_START_FROM_SNAPSHOT', 'ETCD_FORCE_NEW_CLUSTER'];

function switchesOf({ env = [] }: Container): ReadonlySet<string> {
  const on = env.filter(({ name, value = '' }) => watchedSwitches.includes(name) && /^(yes|true|1)$/i.test(value));
  return new Set(on.map(({ name }) => name));
}

function livenessOf({ livenessProbe }: Container): string | undefined {
  return livenessProbe?.exec?.command?.join(' ') ?? livenessProbe?.httpGet?.path;
}
