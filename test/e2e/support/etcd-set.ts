import type { Pod } from '../../../src/kube/core-types.ts';
import { persistentVolumeClaimKind, persistentVolumeKind, podKind, serviceKind } from '../../../src/kube/kinds.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { ensurePrograms } from '../../cluster/programs.ts';
import { until, type UntilOptions } from '../../support/until.ts';
import { ScenarioEtcd } from './etcd.ts';
import { makeAccess, type EtcdAccess } from './etcd-access.ts';
import { defaultEtcdOptions, etcdObjects, type EtcdOptions } from './etcd-stateful-set.ts';
import type { Service } from './kinds.ts';
import type { Scene } from './scene.ts';

/** A member as the member list shows it. */
export interface Member {
  /** In hexadecimal, as etcdctl writes it. */
  readonly id: string;
  /** Empty: added and not started. */
  readonly name: string;
  readonly started: boolean;
  readonly learner: boolean;
}

/** The content of a member at one revision: members that agree have equal ones. */
export interface Content {
  readonly pod: string;
  readonly revision: bigint;
  readonly hash: string;
  readonly compactRevision: bigint;
}

/** An etcd run by a StatefulSet as Milvus' charts render it, named `milvus-etcd` unless told otherwise. */
export class EtcdSet extends ScenarioEtcd {
  readonly name: string;
  readonly #scene: Scene;
  readonly #etcdctl: string;
  #options: EtcdOptions;

  constructor(
    scene: Scene,
    name: string,
    options: EtcdOptions,
    { url, etcdctl, access }: { readonly url: string; readonly etcdctl: string; readonly access?: EtcdAccess },
  ) {
    super(url, etcdctl, access);
    this.name = name;
    this.#scene = scene;
    this.#etcdctl = etcdctl;
    this.#options = options;
  }

  /** The pods of all members of the initial cluster. */
  get pods(): readonly string[] {
    return Array.from({ length: this.#options.members }, (_, ordinal) => `${this.name}-${ordinal}`);
  }

  /** Renders and applies it anew, as an upgrade by Helm does; claim templates can't be changed. */
  async change(options: Partial<EtcdOptions>): Promise<void> {
    this.#options = { ...this.#options, ...options };
    await this.#scene.kubectl.apply(await etcdObjects(this.name, this.#scene.namespace, this.#options));
  }

  /** Sets the number of pods and, going down, waits until the others are gone. */
  async scale(replicas: number): Promise<void> {
    const { kubectl } = this.#scene;
    await kubectl.run(['scale', 'statefulset', this.name, `--replicas=${replicas}`]);
    const surplus = this.pods.slice(replicas).map((pod) => `pod/${pod}`);
    if (surplus.length > 0) await kubectl.run(['wait', '--for=delete', ...surplus, '--timeout=60s']);
  }

  /** Deletes a pod's volume, and waits until the claim is gone: the pod must not use it. */
  async deleteClaim(pod: string): Promise<void> {
    await this.#scene.kubectl.run(['delete', 'pvc', `data-${pod}`, '--timeout=60s']);
  }

  /** Kills the process of each pod's etcd, all at once. */
  async kill(pods: readonly string[] = this.pods): Promise<void> {
    const { cluster, namespace } = this.#scene;
    await Promise.all(pods.map((pod) => cluster.killContainer({ namespace, pod, container: 'etcd' })));
  }

  /**
   * Waits until the members in these pods answer through a quorum, with no alarm, and the client Service leads to a
   * member: its endpoints follow a pod's readiness.
   */
  async untilHealthy(pods: readonly string[] = this.pods, options: UntilOptions = {}): Promise<void> {
    const patience = { timeoutMs: 120_000, everyMs: 1_000, ...options };
    const healthy = async () => this.etcdctlAt(pods, ['endpoint', 'health']);
    await until(`${pods.join(', ')} to be healthy`, healthy, patience);
    const served = async () => this.etcdctl(['endpoint', 'health']);
    await until(`Service ${this.name} to lead to a member`, served, patience);
  }

  /** Runs etcdctl against the members in these pods themselves, by their addresses. */
  async etcdctlAt(pods: readonly string[], args: readonly string[]): Promise<string> {
    const endpoints = await Promise.all(pods.map((pod) => this.#endpoint(pod)));
    return new ScenarioEtcd(endpoints.join(','), this.#etcdctl, this.access).etcdctl(args);
  }

  /** The member list, as the quorum sees it. */
  async members(): Promise<readonly Member[]> {
    const lines = (await this.etcdctl(['member', 'list'])).split('\n').filter(Boolean);
    return lines.map((line) => {
      const [id = '', status = '', name = '', , , learner] = line.split(', ');
      return { id, name, started: status === 'started', learner: learner === 'true' };
    });
  }

  /**
   * Removes the member in a pod, as a person may. By way of the others, as it would not live to answer; they refuse while
   * they have been connected for less than five seconds.
   */
  async removeMember(pod: string): Promise<void> {
    const id = (await this.members()).find(({ name }) => name === pod)?.id ?? '';
    const others = this.pods.filter((other) => other !== pod);
    const removed = async () => {
      await this.etcdctlAt(others, ['member', 'remove', id]);
      return true;
    };
    await until(`the member in ${pod} to be removed`, removed, { timeoutMs: 60_000, everyMs: 1_000 });
  }

  /** The pods whose member is not the leader. */
  async followers(): Promise<readonly string[]> {
    const leads = async (pod: string) => {
      const status = await this.etcdctlAt([pod], ['endpoint', 'status', '--write-out', 'fields']);
      const [[self], [leader]] = [fields(status, 'MemberID'), fields(status, 'Leader')];
      return self === leader;
    };
    const leading = await Promise.all(this.pods.map(leads));
    return this.pods.filter((_, index) => !leading[index]);
  }

  /** The ids of all members, sorted. */
  async memberIDs(): Promise<readonly string[]> {
    return (await this.members()).map(({ id }) => id).sort();
  }

  /**
   * The content of members at the highest revision that all of them have. By gRPC: what etcd's HTTP gateway gives
   * differs between members that agree.
   */
  async contents(pods: readonly string[] = this.pods): Promise<readonly Content[]> {
    const revisions = fields(await this.etcdctlAt(pods, ['endpoint', 'status', '--write-out', 'fields']), 'Revision');
    const [common = '0'] = revisions.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    // etcd 3.5.0 and 3.5.5 hash nothing up to the very revision that is compacted, as all of a restored store is.
    const upTo = (revision: string) => ['endpoint', 'hashkv', '--rev', revision, '--write-out', 'json'];
    const hashed = (pod: string) =>
      this.etcdctlAt([pod], upTo(common)).catch((error: unknown) => {
        if (!String(error).includes('compacted')) throw error;
        return this.etcdctlAt([pod], upTo('0'));
      });
    return Promise.all(
      pods.map(async (pod) => {
        const [hash = '', compacted = '0'] = hashOf(await hashed(pod));
        return { pod, revision: BigInt(common), hash, compactRevision: BigInt(compacted) };
      }),
    );
  }

  /** Whether these members have the same content. */
  async hashesEqual(pods: readonly string[] = this.pods): Promise<boolean> {
    const contents = await this.contents(pods);
    return new Set(contents.map(({ hash, compactRevision }) => `${hash} ${compactRevision}`)).size === 1;
  }

  /** How many keys below a prefix the member in a pod holds itself, whatever the others do. */
  async ownCount(pod: string, prefix: string): Promise<number> {
    const question = ['get', prefix, '--prefix', '--count-only', '--consistency', 's', '--write-out', 'fields'];
    return Number(fields(await this.etcdctlAt([pod], question), 'Count')[0]);
  }

  /** Waits until a pod's etcd, or its start-up script, has written something, in this life or in the one before. */
  async untilLogged(pod: string, pattern: RegExp, options: UntilOptions = {}): Promise<void> {
    const { client, namespace } = this.#scene;
    const log = (previous: boolean) => client.podLog(namespace, pod, { container: 'etcd', previous }).catch(String);
    const logged = async () => pattern.test(await log(false)) || pattern.test(await log(true));
    await until(`${pod} to log ${String(pattern)}`, logged, { timeoutMs: 120_000, everyMs: 500, ...options });
  }

  /** Waits until the last etcd of a pod that has ended, or its start-up script, has done so with this exit code. */
  async untilEnded(pod: string, exitCode: number): Promise<void> {
    const { client, namespace } = this.#scene;
    const ended = async () => {
      const { state, lastState } =
        (await client.get<Pod>(podKind, pod, namespace))?.status?.containerStatuses?.[0] ?? {};
      return (state?.terminated ?? lastState?.terminated)?.exitCode === exitCode;
    };
    await until(`${pod} to end with ${exitCode}`, ended, { timeoutMs: 60_000 });
  }

  /** The folder on this machine that holds a pod's volume; `data` in it is etcd's data directory. */
  async volumeFolder(pod: string): Promise<string> {
    const { client, namespace } = this.#scene;
    const claim = await client.get<Claim>(persistentVolumeClaimKind, `data-${pod}`, namespace);
    const volume = await client.get<Volume>(persistentVolumeKind, claim?.spec.volumeName ?? '');
    const path = (volume?.spec.hostPath ?? volume?.spec.local)?.path;
    if (path === undefined) throw new Error(`the volume of ${pod} is no folder of this machine`);
    return path;
  }

  async #endpoint(pod: string): Promise<string> {
    const { client, namespace } = this.#scene;
    const address = (await client.get<Pod>(podKind, pod, namespace))?.status?.podIP;
    if (address === undefined) throw new Error(`${pod} has no address`);
    return `${this.url.split(':')[0]}://${address}:2379`;
  }
}

interface Claim extends KubeObject {
  readonly spec: { readonly volumeName?: string };
}
interface Volume extends KubeObject {
  readonly spec: { readonly hostPath?: Folder; readonly local?: Folder };
}
interface Folder {
  readonly path: string;
}

/** Applies an etcd and does not wait for it: for one that can't come up, say. */
export async function applyEtcdSet(
  scene: Scene,
  options: Partial<EtcdOptions> = {},
  name = 'milvus-etcd',
): Promise<EtcdSet> {
  const { client, kubectl, namespace } = scene;
  const all = { ...defaultEtcdOptions, ...options };
  const { access, secrets = [] } = (await makeAccess(name, namespace, all)) ?? {};
  await kubectl.apply([...secrets, ...(await etcdObjects(name, namespace, all))]);
  const address = (await client.get<Service>(serviceKind, name, namespace))?.spec.clusterIP ?? '';
  const { etcdctl } = await ensurePrograms(['etcdctl']);
  const url = `${all.tls ? 'https' : 'http'}://${address}:2379`;
  return new EtcdSet(scene, name, all, { url, etcdctl, ...(access ? { access } : {}) });
}

/** Applies an etcd and waits until all of its members are healthy. */
export async function startEtcdSet(scene: Scene, options: Partial<EtcdOptions> = {}, name?: string): Promise<EtcdSet> {
  const etcd = await applyEtcdSet(scene, options, name);
  // They run etcd for a moment before they do so for good, and seem healthy then.
  if (options.generation === 'G1' || options.auth)
    for (const pod of etcd.pods) await etcd.untilLogged(pod, /etcd setup finished/);
  await etcd.untilHealthy();
  return etcd;
}

/** Values of one field of `--write-out fields`. Text: an id or a revision need not fit a number. */
function fields(output: string, name: string): readonly string[] {
  return [...output.matchAll(new RegExp(`^"${name}" : (\\S+)$`, 'gm'))].flatMap(([, value]) => value ?? []);
}

function hashOf(output: string): readonly string[] {
  return ['hash', 'compact_revision'].map((name) => new RegExp(`"${name}":"?(\\d+)`).exec(output)?.[1] ?? '0');
}
