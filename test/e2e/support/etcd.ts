import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { run } from '../../cluster/process.ts';
import { ensurePrograms } from '../../cluster/programs.ts';
import type { EtcdAccess } from './etcd-access.ts';
import { root } from './settings.ts';
import type { Kubectl } from './kubectl.ts';

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly template?: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
  };
}

/** The etcd of a scenario's Milvus: `etcd:2379` inside its namespace, and reachable from here. */
export class ScenarioEtcd {
  /** `http://<cluster IP>:2379`, or https: stays while pods come and go. */
  readonly url: string;
  readonly access: EtcdAccess | undefined;
  readonly #etcdctl: string;

  constructor(url: string, etcdctl: string, access?: EtcdAccess) {
    this.url = url;
    this.access = access;
    this.#etcdctl = etcdctl;
  }

  /** Runs etcdctl. @returns its stdout. @throws CommandError with its stderr. */
  etcdctl(args: readonly string[]): Promise<string> {
    const flags = ['--endpoints', this.url, ...(this.access?.flags ?? [])];
    return run(this.#etcdctl, [...flags, ...args], { timeoutMs: 30_000 });
  }

  /** The keys below a prefix, sorted. */
  async keys(prefix: string): Promise<string[]> {
    return (await this.etcdctl(['get', prefix, '--prefix', '--keys-only'])).split('\n').filter(Boolean);
  }

  /** Ends the lease that a key is on, as an etcd outage may: the process that renews it is not told. */
  async revokeLeaseOf(key: string): Promise<void> {
    const answer = await this.etcdctl(['get', key, '--write-out', 'json']);
    // Digits that JSON.parse would round.
    const lease = /"lease":(\d+)/.exec(answer)?.[1];
    if (lease === undefined) throw new Error(`${key} has no lease: ${answer}`);
    await this.etcdctl(['lease', 'revoke', BigInt(lease).toString(16)]);
  }

  /** The value of a key as JSON. @throws SyntaxError when there is no such key. */
  async json(key: string): Promise<unknown> {
    return JSON.parse(await this.etcdctl(['get', key, '--print-value-only'])) as unknown;
  }
}

/** Runs an etcd of one or three members in the namespace and waits until it has a quorum. */
export async function startEtcd(kubectl: Kubectl, members: 1 | 3): Promise<ScenarioEtcd> {
  const [{ etcdctl }, manifest] = await Promise.all([
    ensurePrograms(['etcdctl']),
    readFile(join(root, 'test', 'images', 'etcd.yaml'), 'utf8'),
  ]);
  const objects = loadAll(manifest) as Manifest[];
  await kubectl.apply(members === 3 ? objects : objects.map(alone));
  await kubectl.run(['rollout', 'status', 'statefulset/etcd', '--timeout', '120s']);
  const address = await kubectl.run(['get', 'service', 'etcd', '--output', 'jsonpath={.spec.clusterIP}']);
  return new ScenarioEtcd(`http://${address}:2379`, etcdctl);
}

/** The same StatefulSet with one member: its own name is all of the initial cluster. */
function alone(object: Manifest): Manifest {
  const { spec } = object;
  const [container] = spec.template?.spec.containers ?? [];
  if (object.kind !== 'StatefulSet' || !spec.template || !container) return object;
  const args = container.args.map((arg) => (arg.startsWith('--initial-cluster=') ? arg.split(',')[0] : arg));
  const template = { ...spec.template, spec: { ...spec.template.spec, containers: [{ ...container, args }] } };
  return { ...object, spec: { ...spec, replicas: 1, template } } as Manifest;
}
