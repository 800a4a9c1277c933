import type { RoleSessions, Session } from '../../../../src/pair/decide/role-sessions.ts';
import type { ContainerView, PodView } from '../../../../src/pair/pod-view.ts';
import { changed } from './changes.ts';
import { NOW } from './time.ts';

export const TTL_SECONDS = 30;
/** How long things take, milliseconds. */
const START_MS = 2_000;
const REGISTER_MS = 1_500;
const STOP_MS = 2_000;
const RECREATE_MS = 1_000;
const RESTART_MS = 1_500;
/** A crash comes when the lease was renewed five seconds ago. */
const LEASE_AFTER_CRASH_MS = (TTL_SECONDS - 5) * 1_000;

interface Process {
  readonly containerID: string;
  readonly startedMs: number;
  serverID?: bigint;
}

interface FakePod {
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly templateHash: string;
  readonly createdMs: number;
  roleLabel?: string;
  process?: Process;
  /** How the last process ended, and when. */
  ended?: { readonly containerID: string; readonly atMs: number };
  deletedMs?: number;
}

interface Registration {
  readonly serverID: bigint;
  readonly podName: string;
  readonly ip: string;
  /** Set when nobody renews the lease any more. */
  endsMs?: number;
}

/**
 * Two pods of a StatefulSet with the update strategy OnDelete, and the sessions their Milvus processes keep in etcd. A
 * process registers some time after its start and takes the role when nobody has it; SIGTERM makes it give up its keys
 * before it ends; one that crashes is started again in place, and its keys stay until the lease ends.
 */
export class MilvusWorld {
  /** Templates that the StatefulSet has held, the last one from which it makes pods now. */
  readonly templates: string[];
  /** Templates whose pods never start: their image cannot be pulled. */
  readonly broken = new Set<string>();
  /** Server IDs that have held the role, in order, with the pod of each. */
  readonly holders: { readonly serverID: bigint; readonly podName: string }[] = [];
  nowMs = 0;
  readonly #pods = new Map<string, FakePod>();
  readonly #registrations = new Map<bigint, Registration>();
  #holder: bigint | undefined;
  #counter = 0;

  constructor(templateHash: string) {
    this.templates = [templateHash];
  }

  /** Template from which the StatefulSet makes pods. */
  get liveTemplate(): string {
    return this.templates.at(-1) ?? '';
  }

  set liveTemplate(templateHash: string) {
    if (templateHash !== this.liveTemplate) this.templates.push(templateHash);
  }

  get now(): Date {
    return new Date(NOW.getTime() + this.nowMs);
  }

  /** Lets time pass. */
  advance(milliseconds: number): void {
    const untilMs = this.nowMs + milliseconds;
    for (; this.nowMs < untilMs; this.nowMs += 100) this.#step();
  }

  pods(): readonly PodView[] {
    return [...this.#pods.values()].map((pod) => {
      const view = viewOf(pod, this.#isRegistered(pod));
      if (!this.broken.has(pod.templateHash)) return view;
      return { ...view, container: { waiting: { reason: 'ImagePullBackOff' } } };
    });
  }

  sessions(): RoleSessions {
    const members = [...this.#registrations.values()].map(sessionOf).sort((a, b) => (a.serverID < b.serverID ? -1 : 1));
    const holder = members.find(({ serverID }) => serverID === this.#holder);
    return { members, broken: [], olderLayout: [], ...(holder ? { holder: { ...holder, key: 'rootcoord' } } : {}) };
  }

  label(podUID: string, role: string | undefined): void {
    const pod = this.#byUID(podUID);
    if (!pod) return;
    if (role === undefined) delete pod.roleLabel;
    else pod.roleLabel = role;
  }

  /** Deletes a pod in order: SIGTERM. */
  delete(podUID: string): void {
    const pod = this.#byUID(podUID);
    if (pod) pod.deletedMs ??= this.nowMs;
  }

  /** The same to a pod by its name, as an eviction does. */
  evict(podName: string): void {
    this.delete(this.#pods.get(podName)?.uid ?? '');
  }

  /** SIGKILL to the process of a pod; false when none runs. */
  crash(podName: string): boolean {
    const pod = this.#pods.get(podName);
    if (!pod?.process) return false;
    const { containerID, serverID } = pod.process;
    pod.ended = { containerID, atMs: this.nowMs };
    delete pod.process;
    const registration = serverID === undefined ? undefined : this.#registrations.get(serverID);
    if (registration) registration.endsMs = this.nowMs + LEASE_AFTER_CRASH_MS;
    return true;
  }

  revoke(serverID: bigint): void {
    this.#registrations.delete(serverID);
    if (this.#holder === serverID) this.#holder = undefined;
  }

  #step(): void {
    for (const { serverID, endsMs } of [...this.#registrations.values()])
      if (endsMs !== undefined && endsMs <= this.nowMs) this.revoke(serverID);
    for (const name of ['rootcoord-0', 'rootcoord-1']) this.#stepPod(name);
    this.#elect();
  }

  #stepPod(name: string): void {
    const pod = this.#pods.get(name);
    if (!pod) {
      this.#create(name);
      return;
    }
    if (pod.deletedMs !== undefined && this.nowMs - pod.deletedMs >= STOP_MS) {
      if (pod.process?.serverID !== undefined) this.revoke(pod.process.serverID);
      this.#pods.delete(name);
      return;
    }
    const mayStart = pod.deletedMs === undefined && !this.broken.has(pod.templateHash);
    if (mayStart && !pod.process && this.nowMs >= (pod.ended?.atMs ?? pod.createdMs) + RESTART_MS)
      pod.process = { containerID: `containerd://${++this.#counter}`, startedMs: this.nowMs };
    if (pod.process && pod.process.serverID === undefined && this.nowMs - pod.process.startedMs >= REGISTER_MS)
      this.#register(pod, pod.process);
  }

  #create(name: string): void {
    const createdMs = this.nowMs + RECREATE_MS + START_MS - RESTART_MS;
    const number = ++this.#counter;
    const uid = `uid-${number}`;
    this.#pods.set(name, { name, uid, ip: `10.1.0.${number}`, templateHash: this.liveTemplate, createdMs });
  }

  #register({ name, ip }: FakePod, process: Process): void {
    const serverID = BigInt(++this.#counter);
    process.serverID = serverID;
    this.#registrations.set(serverID, { serverID, podName: name, ip });
  }

  #elect(): void {
    if (this.#holder !== undefined) return;
    const next = [...this.#registrations.values()].find(({ endsMs }) => endsMs === undefined);
    if (!next) return;
    this.#holder = next.serverID;
    this.holders.push({ serverID: next.serverID, podName: next.podName });
  }

  #isRegistered({ process }: FakePod): boolean {
    return process?.serverID !== undefined;
  }

  #byUID(uid: string): FakePod | undefined {
    return [...this.#pods.values()].find((pod) => pod.uid === uid);
  }
}

function sessionOf({ serverID, podName, ip }: Registration): Session {
  return {
    key: `rootcoord-${serverID}`,
    serverID,
    lease: serverID + 1_000_000n,
    createRevision: serverID,
    address: `${ip}:53100`,
    hostName: podName,
    version: '2.4.15',
  };
}

function viewOf(pod: FakePod, isRegistered: boolean): PodView {
  const { name, uid, ip, templateHash, roleLabel, process, ended } = pod;
  const end = ended && {
    exitCode: 137,
    reason: 'Error',
    containerID: ended.containerID,
    finishedAt: new Date(NOW.getTime() + ended.atMs).toISOString(),
  };
  const container = changed<ContainerView>(
    {},
    {
      id: process?.containerID ?? ended?.containerID,
      runningSince: process && new Date(NOW.getTime() + process.startedMs),
      terminated: process ? undefined : end,
      lastTerminated: process ? end : undefined,
    },
  );
  return changed<PodView>(
    {
      name,
      namespace: 'milvus',
      uid,
      ip,
      nodeName: name === 'rootcoord-0' ? 'node-a' : 'node-b',
      hostNetwork: false,
      ready: isRegistered,
      terminating: pod.deletedMs !== undefined,
      createdAt: new Date(NOW.getTime() + pod.createdMs),
      templateHash,
      container,
    },
    { roleLabel },
  );
}
