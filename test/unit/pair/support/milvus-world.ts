import type { RoleSessions, Session } from '../../../../src/pair/decide/role-sessions.ts';
import type { ProbeFinding } from '../../../../src/probe/types.ts';
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

/** A pod that was deleted is killed after that, milliseconds. */
const GRACE_MS = 60_000;
/** From SIGTERM on a process serves for so long. */
const SERVES_ON_MS = 100;

/** What SIGTERM does: the keys go first (2.2), stay until the lease ends (2.3.5), or stay and the process does not end. */
export type StopKind = 'InOrder' | 'KeepsLease' | 'Hangs';

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
 * process registers some time after its start and takes the role when nobody has it; SIGTERM ends it as `stops` says; one that crashes is started again in place, and its keys stay until the lease ends.
 */
export class MilvusWorld {
  /** Templates that the StatefulSet has held, the last one from which it makes pods now. */
  readonly templates: string[];
  /** Templates whose pods never start: their image cannot be pulled. */
  readonly broken = new Set<string>();
  /** Server IDs that have held the role, in order, with the pod of each. */
  readonly holders: { readonly serverID: bigint; readonly podName: string }[] = [];
  nowMs = 0;
  stops: StopKind = 'InOrder';
  /** For how long nobody has served, milliseconds. */
  freeMs = 0;
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

  /** What a prober finds of both processes, with all connections. */
  probes(): readonly ProbeFinding[] {
    return [...this.#pods.values()].flatMap((pod) => {
      const { uid, process } = pod;
      if (!process) return [];
      const isHolder = process.serverID !== undefined && process.serverID === this.#holder;
      const health = this.#isStopping(pod) ? 'Abnormal' : isHolder ? 'Healthy' : 'Standby';
      const port = health === 'Abnormal' ? 'Refused' : 'Open';
      return [{ podUID: uid, containerID: process.containerID, health, port, at: this.now, since: this.now, times: 2 }];
    });
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
    const holder = [...this.#pods.values()].find(({ process }) => process && process.serverID === this.#holder);
    if (!holder || this.#holder === undefined || this.#isStopping(holder)) this.freeMs += 100;
  }

  #isStopping({ deletedMs }: FakePod): boolean {
    return deletedMs !== undefined && this.nowMs - deletedMs >= SERVES_ON_MS;
  }

  #stepPod(name: string): void {
    const pod = this.#pods.get(name);
    if (!pod) {
      this.#create(name);
      return;
    }
    if (pod.deletedMs !== undefined && this.#stopped(pod, pod.deletedMs)) return;
    const mayStart = pod.deletedMs === undefined && !this.broken.has(pod.templateHash);
    if (mayStart && !pod.process && this.nowMs >= (pod.ended?.atMs ?? pod.createdMs) + RESTART_MS)
      pod.process = { containerID: `containerd://${++this.#counter}`, startedMs: this.nowMs };
    if (pod.process && pod.process.serverID === undefined && this.nowMs - pod.process.startedMs >= REGISTER_MS)
      this.#register(pod, pod.process);
  }

  /** A process that was told to stop renews its lease no more. @returns whether its pod is gone. */
  #stopped({ name, process }: FakePod, deletedMs: number): boolean {
    const registration = this.#registrations.get(process?.serverID ?? -1n);
    if (registration && this.stops !== 'InOrder') registration.endsMs ??= deletedMs + LEASE_AFTER_CRASH_MS;
    if (this.nowMs - deletedMs < (this.stops === 'Hangs' ? GRACE_MS : STOP_MS)) return false;
    if (registration && this.stops === 'InOrder') this.revoke(registration.serverID);
    this.#pods.delete(name);
    return true;
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
    {
      roleLabel,
      deletion:
        pod.deletedMs === undefined
          ? undefined
          : { requestedAt: new Date(NOW.getTime() + pod.deletedMs), graceSeconds: GRACE_MS / 1_000 },
    },
  );
}
