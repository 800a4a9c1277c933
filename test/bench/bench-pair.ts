import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../../src/kube/core-types.ts';
import { podKind } from '../../src/kube/kinds.ts';
import { ActiveWatch, type FollowTimes } from '../e2e/support/active-watch.ts';
import type { ScenarioEtcd } from '../e2e/support/etcd.ts';
import { EtcdWitness, type HolderChange } from '../e2e/support/etcd-witness.ts';
import type { ScenarioPair } from '../e2e/support/pair.ts';
import type { Scene } from '../e2e/support/scene.ts';
import { until } from '../support/until.ts';

/** Two looks of a kubelet, and what a busy machine adds. */
const KUBELETS_DONE_MS = 3_000;

/** How a pair is made. */
export interface BenchPairOptions {
  readonly ttlSeconds: number;
  /** The container's memory limit, as Kubernetes writes it. */
  readonly memoryLimit?: string;
}

/** How a container ended, as the kubelet tells. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly reason?: string;
}

/** A pair with everything that watches it; deleted when disposed. */
export class BenchPair implements AsyncDisposable {
  readonly ttlSeconds: number;
  readonly pair: ScenarioPair;
  readonly witness: EtcdWitness;
  readonly #watch: ActiveWatch;
  readonly #scene: Scene;
  readonly #etcd: ScenarioEtcd;

  private constructor(
    { ttlSeconds }: BenchPairOptions,
    scene: Scene,
    etcd: ScenarioEtcd,
    watched: [ScenarioPair, EtcdWitness, ActiveWatch],
  ) {
    this.ttlSeconds = ttlSeconds;
    this.#scene = scene;
    this.#etcd = etcd;
    [this.pair, this.witness, this.#watch] = watched;
  }

  /** Makes a rootcoord pair of a path of its own in the scene's etcd. */
  static async start(scene: Scene, etcd: ScenarioEtcd, name: string, options: BenchPairOptions): Promise<BenchPair> {
    const { ttlSeconds, memoryLimit } = options;
    const pair = await scene.applyPair(name, {
      sessionTTLSeconds: ttlSeconds,
      etcd: { endpoints: ['etcd:2379'], rootPath: name },
      ...(memoryLimit === undefined ? {} : { pod: { resources: { limits: { memory: memoryLimit } } } }),
    });
    const witness = await EtcdWitness.start(etcd, 'rootcoord', `${name}/meta/session/`);
    return new BenchPair(options, scene, etcd, [pair, witness, await ActiveWatch.start(scene, pair)]);
  }

  /** Waits until ACTIVE and STANDBY are there and the ACTIVE's registration is bound to its container. */
  async untilBound(): Promise<void> {
    await this.pair.untilSteady({ timeoutMs: 180_000 });
    await this.pair.untilActiveBound();
  }

  /**
   * Waits until the pair is steady and its kubelets are done with it: a kubelet looks at a pod once a second at most, and a
   * pod that was just labelled makes it look, so that its stop would wait for the next time.
   */
  async untilAtRest(): Promise<void> {
    await this.pair.untilSteady();
    await sleep(KUBELETS_DONE_MS);
  }

  /** Waits until etcd shows an ACTIVE and a STANDBY: what there is to see while nobody writes a status. */
  async untilRegistered(): Promise<void> {
    await until(
      `${this.pair.name}: two processes to be registered`,
      async () => (await this.#etcd.keys(`${this.pair.name}/meta/session/rootcoord`)).length === 3,
      { timeoutMs: 120_000, everyMs: 200 },
    );
  }

  /** Pod and node of the ACTIVE. */
  async active(): Promise<{ readonly podName: string; readonly nodeName: string }> {
    const { podName, nodeName } = (await this.pair.status()).active ?? {};
    if (podName === undefined || nodeName === undefined) throw new Error(`${this.pair.name} has no ACTIVE`);
    return { podName, nodeName };
  }

  /**
   * Sends a signal that ends it to the process that etcd calls the ACTIVE: who that is is known without the operator too.
   * @returns milliseconds until etcd shows another holder, and how the container ended.
   */
  async killActive(
    signal: NodeJS.Signals = 'SIGKILL',
  ): Promise<{ readonly tookMs: number; readonly end: ContainerEnd }> {
    const { cluster } = this.#scene;
    const { holder } = this.witness;
    const { HostName: pod } = (await this.#etcd.json(`${this.pair.name}/meta/session/rootcoord`)) as {
      HostName: string;
    };
    const killedMs = Date.now();
    await cluster.killContainer({ namespace: this.pair.namespace, pod }, signal);
    const { atMs } = await this.witness.next(holder, { timeoutMs: (this.ttlSeconds + 60) * 1_000 });
    return { tookMs: atMs - killedMs, end: await this.#endOf(pod, killedMs) };
  }

  /** Waits until the kubelet has told of a container's end that came after a moment. */
  async #endOf(podName: string, sinceMs: number): Promise<ContainerEnd> {
    const { client } = this.#scene;
    return until(`${podName} to have ended`, async () => {
      const pod = await client.get<Pod>(podKind, podName, this.pair.namespace);
      const [status] = pod?.status?.containerStatuses ?? [];
      const end = status?.state?.terminated ?? status?.lastState?.terminated;
      // Told by its second.
      return end && Date.parse(end.finishedAt ?? '') >= Math.floor(sinceMs / 1_000) * 1_000 && end;
    });
  }

  /** Waits until label, status and endpoints follow the last change of holder. */
  async follow(): Promise<FollowTimes> {
    const change: HolderChange | undefined = this.witness.changes.at(-1);
    if (change?.serverID === undefined) throw new Error(`${this.pair.name} has no holder`);
    return this.#watch.follow({ ...change, serverID: change.serverID }, { timeoutMs: 30_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    await this.#scene.kubectl.run(['delete', 'coordinatorpair', this.pair.name]);
    await this.witness[Symbol.asyncDispose]();
  }
}
