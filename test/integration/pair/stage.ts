import { Etcd3 } from 'etcd3';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Pod, StatefulSet } from '../../../src/kube/core-types.ts';
import { leaseKind, podKind, statefulSetKind } from '../../../src/kube/kinds.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';

/** Long enough for no lease to end by itself here. */
const TTL_SECONDS = 600;
const PREFIX = 'meta/session/';

/** The Lease that a node's kubelet renews. */
export function nodeLease(name: string, renewTime = '2020-01-01T00:00:00.000000Z'): KubeObject {
  const metadata = { name, namespace: 'kube-node-lease' };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { renewTime } } as KubeObject;
}

/** A Milvus process of the stage. */
interface Process {
  readonly podUID: string;
  readonly podName: string;
  readonly containerID: string;
  /** int64 as text. */
  readonly lease: string;
  readonly serverID: number;
  alive: boolean;
}

/**
 * What Kubernetes and Milvus do beside the operator, played on a real API server and a real etcd: pods are made from
 * the StatefulSet's template and run, their processes register, one is elected, a deleted pod gives up its keys and goes.
 * One {@link step} at a time, so that every run sees the same.
 */
export class Stage implements Disposable {
  readonly namespace: string;
  /** The pair's root path: an etcd of its own, as far as the operator can tell. */
  readonly rootPath: string;
  readonly endpoint: string;
  /** Pod names that came to hold the role, in order. */
  readonly holders: string[] = [];
  readonly #client: KubeClient;
  readonly #etcd: Etcd3;
  readonly #processes: Process[] = [];
  #counter = 0;
  #holder: Process | undefined;

  constructor(client: KubeClient, endpoint: string, namespace: string) {
    this.#client = client;
    this.namespace = namespace;
    this.rootPath = namespace;
    this.endpoint = endpoint;
    this.#etcd = new Etcd3({ hosts: `http://${endpoint}` });
  }

  /** Lets everybody but the operator take one step. */
  async step(): Promise<void> {
    const statefulSet = await this.#client.get<StatefulSet>(statefulSetKind, 'rootcoord', this.namespace);
    if (!statefulSet) return;
    await this.#renewNodes();
    for (const name of ['rootcoord-0', 'rootcoord-1']) await this.#stepPod(name, statefulSet);
    await this.#elect();
  }

  /** The kubelets live. */
  async #renewNodes(): Promise<void> {
    const renewTime = new Date().toISOString().replace('Z', '000Z');
    for (const name of ['node-a', 'node-b']) {
      const { metadata, ...lease } = nodeLease(name, renewTime);
      await this.#client.mergePatch(leaseKind, name, metadata.namespace, lease);
    }
  }

  /** Kills the process of a pod; the kubelet reports it and starts the next one at the next step. */
  async kill(podName: string): Promise<void> {
    const process = this.#living(podName);
    process.alive = false;
    await this.#report(podName, { state: { terminated: this.#endOf(process) }, lastState: {} }, process.containerID);
  }

  /** Takes a standby its registration without its noticing. */
  async loseSession(podName: string): Promise<void> {
    const process = this.#living(podName);
    await this.#etcd.leaseClient.leaseRevoke({ ID: process.lease });
  }

  /** What the pair's member status must say for a process to be bound, by its server ID. */
  bindings(): Readonly<Record<string, object>> {
    const bound = this.#processes.map(({ serverID, podUID, containerID }) => [
      String(serverID),
      { podUID, containerID, boundTime: '2020-01-01T00:00:00Z' },
    ]);
    return Object.fromEntries(bound) as Readonly<Record<string, object>>;
  }

  [Symbol.dispose](): void {
    this.#etcd.close();
  }

  async #stepPod(name: string, statefulSet: StatefulSet): Promise<void> {
    const pod = await this.#client.get<Pod>(podKind, name, this.namespace);
    if (!pod) return this.#create(name, statefulSet);
    const process = this.#processes.find(({ podUID, alive }) => alive && podUID === pod.metadata.uid);
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (process) await this.#release(process);
      await this.#client.delete(podKind, name, this.namespace, { gracePeriodSeconds: 0 });
      return;
    }
    if (!process) await this.#start(name, pod.metadata.uid);
  }

  async #create(name: string, { spec }: StatefulSet): Promise<void> {
    const { metadata = {}, spec: podSpec } = spec?.template ?? {};
    const nodeName = name === 'rootcoord-0' ? 'node-a' : 'node-b';
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name, namespace: this.namespace },
      spec: { ...(podSpec as object), nodeName },
    };
    const { metadata: made } = await this.#client.create<KubeObject>(podKind, pod);
    await this.#start(name, made.uid);
  }

  /** A process starts in a pod and registers. */
  async #start(podName: string, podUID: string): Promise<void> {
    const serverID = ++this.#counter;
    const containerID = `containerd://${String(serverID).padStart(12, '0')}`;
    const before = this.#processes.findLast((other) => other.podUID === podUID);
    await this.#report(
      podName,
      {
        // A process that has been there for long: nothing waits for it to come up.
        state: { running: { startedAt: '2020-01-01T00:00:00Z' } },
        lastState: before ? { terminated: this.#endOf(before) } : {},
      },
      containerID,
    );
    const { ID: lease } = await this.#etcd.leaseClient.leaseGrant({ TTL: TTL_SECONDS });
    const process = { podUID, podName, containerID, lease, serverID, alive: true };
    await this.#put(`-${serverID}`, process);
    this.#processes.push(process);
  }

  /** As the kubelet does. */
  async #report(podName: string, states: object, containerID: string): Promise<void> {
    const ready = 'running' in ((states as { state?: object }).state ?? {});
    const container = { name: 'milvus', image: 'i', imageID: 'i', ready, restartCount: 0, containerID, ...states };
    const status = {
      phase: 'Running',
      podIP: podName === 'rootcoord-0' ? '10.1.0.1' : '10.1.0.2',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [container],
    };
    await this.#client.mergePatch(podKind, podName, this.namespace, { status }, { subresource: 'status' });
  }

  #endOf({ containerID }: Process): object {
    return { containerID, exitCode: 137, reason: 'Error', finishedAt: '2020-01-02T00:00:00Z' };
  }

  async #release(process: Process): Promise<void> {
    process.alive = false;
    // A lease that was taken from it is gone already.
    await this.#etcd.leaseClient.leaseRevoke({ ID: process.lease }).catch(() => undefined);
  }

  /** Whoever has been registered longest takes a role that nobody holds. */
  async #elect(): Promise<void> {
    const holder = await this.#etcd.get(this.#key('')).string();
    if (holder !== null) return;
    for (const process of this.#processes) {
      const registered = process.alive && (await this.#etcd.get(this.#key(`-${process.serverID}`)).string()) !== null;
      if (!registered) continue;
      await this.#put('', process);
      this.#holder = process;
      this.holders.push(process.podName);
      return;
    }
  }

  #living(podName: string): Process {
    const process = this.#processes.find((one) => one.alive && one.podName === podName);
    if (!process) throw new Error(`no process of ${podName} is alive`);
    return process;
  }

  /** Name of the pod whose process holds the role. */
  get holder(): string {
    return this.#holder?.podName ?? '';
  }

  #key(suffix: string): string {
    return `${this.rootPath}/${PREFIX}rootcoord${suffix}`;
  }

  /** Writes a process' bare or member key. */
  async #put(suffix: string, { serverID, podName, lease }: Process): Promise<void> {
    const address = podName === 'rootcoord-0' ? '10.1.0.1:53100' : '10.1.0.2:53100';
    const fields = `"ServerID":${serverID},"ServerName":"rootcoord","Address":"${address}","Exclusive":true`;
    const value = `{${fields},"TriggerKill":true,"Version":"2.5.10","LeaseID":${lease},"HostName":"${podName}"}`;
    await this.#etcd.put(this.#key(suffix)).value(value).lease(lease);
  }
}
