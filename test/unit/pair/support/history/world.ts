import type { RoleSessions, Session } from '../../../../../src/pair/decide/role-sessions.ts';
import type { NodeView } from '../../../../../src/pair/node-view.ts';
import type { ProbeAnswer, ProbeFinding } from '../../../../../src/probe/types.ts';
import type { PodView } from '../../../../../src/pair/pod-view.ts';
import { NOW } from '../time.ts';
import { Leases, type Registration } from './leases.ts';
import { Machine, type Machines } from './machines.ts';
import { WorldPod, type Process } from './pods.ts';

/** How long things take, milliseconds. */
const STEP_MS = 500;
const RECREATE_MS = 1_000;
const STOP_MS = 2_000;
const GRACE_MS = 60_000;

/** What holds through a whole history. */
export interface HistorySettings {
  readonly ttlSeconds: number;
  /** From a process' start to its registration, milliseconds. */
  readonly registerMs: number;
  /** From a container's end to the next one's start, milliseconds. */
  readonly restartMs: number;
  /** Whether registrations name their host (from about 2.3.3 on). */
  readonly writesHostName: boolean;
  /** Whether a new pod gets the address of one whose processes have ended. */
  readonly reusesAddresses: boolean;
  /**
   * What SIGTERM does: the process gives its keys up before it ends (2.2, 2.6.7 and newer), keeps them (2.3.5), or keeps
   * them and does not end before it is killed.
   */
  readonly stops: 'InOrder' | 'KeepsLease' | 'Hangs';
  /** By how much the clock of each node is ahead, milliseconds. */
  readonly skewsMs: readonly [number, number, number];
}

const NAMES = ['rootcoord-0', 'rootcoord-1'] as const;
/** Name of one of the two pods. */
export type PodName = (typeof NAMES)[number];

/**
 * Two pods of a StatefulSet on three nodes and the sessions of their processes in etcd, with all that keeps an observer
 * from seeing it as it is: statuses that come late, nodes that cannot be reached, clocks that differ. Time runs in
 * steps; nothing is random: what happens is asked for by the history.
 *
 * Two living processes never have one address: Kubernetes' network gives none twice while it is in use.
 */
export class HistoryWorld {
  nowMs = 0;
  readonly settings: HistorySettings;
  readonly leases: Leases;
  readonly machines: Machines;
  /** The API server does not answer. */
  apiAway = false;
  /** What the operator sees of pods and nodes is not refreshed, as behind a watch that stands still. */
  podsLate = false;
  /** The same of the sessions in etcd. */
  sessionsLate = false;
  readonly #pods = new Map<PodName, WorldPod>();
  readonly #gone: { readonly name: PodName; readonly atMs: number }[] = [];
  /** Processes of pods that were deleted by force. */
  readonly #left = new Set<{ readonly process: Process; readonly machine: Machine }>();
  readonly #later: { readonly atMs: number; readonly act: () => void }[] = [];
  #seenPods: readonly PodView[] = [];
  #seenNodes: readonly NodeView[] = [];
  #seenSessions: RoleSessions = { members: [], broken: [], olderLayout: [] };
  #counter = 0;

  constructor(settings: HistorySettings) {
    this.settings = settings;
    this.leases = new Leases(settings.ttlSeconds);
    this.machines = ['node-a', 'node-b', 'node-c'].map(
      (name, index) => new Machine(name, settings.skewsMs[index] ?? 0),
    );
  }

  get now(): Date {
    return new Date(NOW.getTime() + this.nowMs);
  }

  /** Lets one step of time pass. */
  step(): void {
    this.nowMs += STEP_MS;
    for (const due of this.#later.filter(({ atMs }) => atMs <= this.nowMs)) {
      this.#later.splice(this.#later.indexOf(due), 1);
      due.act();
    }
    for (const machine of this.machines) machine.renewLease(this.now, !this.apiAway);
    this.#killLeftOvers();
    for (const name of NAMES) this.#stepPod(name);
    for (const { process } of this.leases.step(this.nowMs)) process.end(this.nowMs, 1);
    this.#publish();
  }

  /** Does something some time later. */
  after(seconds: number, act: () => void): void {
    this.#later.push({ atMs: this.nowMs + seconds * 1_000, act });
  }

  /** Nothing is left to be undone. */
  get isCalm(): boolean {
    return this.#later.length === 0;
  }

  pod(name: PodName): WorldPod | undefined {
    return this.#pods.get(name);
  }

  /** Deletes a pod in order: SIGTERM. */
  delete(name: PodName): void {
    const pod = this.#pods.get(name);
    if (pod && !this.apiAway) pod.deletedMs ??= this.nowMs;
  }

  /** Takes the pod's object away; its process runs on until its kubelet learns of it. */
  deleteByForce(name: PodName): void {
    const pod = this.#pods.get(name);
    if (!pod || this.apiAway) return;
    if (pod.process) this.#left.add({ process: pod.process, machine: pod.machine });
    this.#remove(pod, name);
  }

  /** Cuts the power of a node. */
  powerOff(machine: Machine): void {
    machine.powered = false;
    for (const pod of this.#pods.values()) if (pod.machine === machine) pod.powerLost(this.nowMs);
    for (const left of this.#left) if (left.machine === machine) left.process.end(this.nowMs, 255);
  }

  /** An administrator, sure that the node is off, says so: its pods are taken away. */
  declareOutOfService(machine: Machine): void {
    if (machine.powered || this.apiAway) return;
    machine.outOfService = true;
    for (const [name, pod] of this.#pods) if (pod.machine === machine) this.#remove(pod, name);
  }

  /** Pods as the operator's cache shows them. */
  get seenPods(): readonly PodView[] {
    return this.#seenPods;
  }

  /** Nodes as the operator's cache shows them. */
  get seenNodes(): readonly NodeView[] {
    return this.#seenNodes;
  }

  /** Sessions as they were last read. */
  get seenSessions(): RoleSessions {
    return this.#seenSessions;
  }

  /**
   * What a prober finds that reaches the nodes which the API server reaches: it asks at the addresses of the containers
   * that it is shown, and whoever lives there answers.
   */
  get probes(): readonly ProbeFinding[] {
    return this.#seenPods.flatMap(({ uid, ip, nodeName, container: { id: containerID, runningSince } }) => {
      const machine = this.machines.find(({ name }) => name === nodeName);
      if (!machine || ip === undefined || containerID === undefined || !runningSince) return [];
      const process = this.#livingAt(ip);
      const isReached = machine.powered && machine.seesApi;
      const answer = process?.answer(isReached) ?? nobody(isReached);
      return [{ ...answer, podUID: uid, containerID, at: this.now, since: this.now, times: 2 }];
    });
  }

  #livingAt(ip: string): Process | undefined {
    const inPods = [...this.#pods.values()].flatMap(({ process }) => process ?? []);
    const left = [...this.#left].map(({ process }) => process);
    return [...inPods, ...left].find((process) => process.alive && process.ip === ip);
  }

  #killLeftOvers(): void {
    for (const left of this.#left) {
      if (left.machine.powered && left.machine.seesApi && !this.apiAway) left.process.end(this.nowMs, 137);
      if (!left.process.alive) this.#left.delete(left);
    }
  }

  #stepPod(name: PodName): void {
    const pod = this.#pods.get(name);
    if (!pod) {
      this.#create(name);
      return;
    }
    const { machine } = pod;
    if (!machine.powered) return;
    const told = machine.seesApi && !this.apiAway;
    if (pod.deletedMs !== undefined && told) pod.process?.stop();
    const { stops } = this.settings;
    const stopMs = stops === 'Hangs' ? GRACE_MS : STOP_MS;
    if (pod.deletedMs !== undefined && told && this.nowMs - pod.deletedMs >= stopMs) {
      const { process } = pod;
      if (process && stops === 'InOrder' && !process.frozen && machine.seesEtcd) this.leases.release(process);
      process?.end(this.nowMs, stops === 'Hangs' ? 137 : 0);
      this.#remove(pod, name);
      return;
    }
    pod.step(this.nowMs, this.settings.restartMs, () => `containerd://${++this.#counter}`);
    const { process } = pod;
    if (process?.alive && !process.frozen && !process.registered && machine.seesEtcd && this.#isDue(process)) {
      const hostName = this.settings.writesHostName ? { hostName: name } : {};
      this.leases.register(process, { address: `${pod.ip}:53100`, ...hostName }, this.nowMs);
    }
  }

  #isDue({ startedMs }: Process): boolean {
    return this.nowMs - startedMs >= this.settings.registerMs;
  }

  #remove(pod: WorldPod, name: PodName): void {
    if (this.#pods.get(name) !== pod) return;
    this.#pods.delete(name);
    this.#gone.push({ name, atMs: this.nowMs });
  }

  #create(name: PodName): void {
    const goneMs = this.#gone.findLast((gone) => gone.name === name)?.atMs ?? -RECREATE_MS;
    if (this.apiAway || this.nowMs - goneMs < RECREATE_MS) return;
    const taken = [...this.#pods.values()].map(({ machine }) => machine);
    const free = this.machines.filter((machine) => machine.takesPods(this.now));
    const machine = free.find((candidate) => !taken.includes(candidate)) ?? free[0];
    if (!machine) return;
    const number = ++this.#counter;
    this.#pods.set(
      name,
      new WorldPod({ name, uid: `uid-${number}`, ip: this.#address(), machine, createdMs: this.nowMs }),
    );
  }

  /** The lowest address that no living process has, or one that nobody ever had. */
  #address(): string {
    const inUse = new Set([...this.#pods.values()].map(({ ip }) => ip));
    for (const { process } of this.#left) inUse.add(process.ip);
    const from = this.settings.reusesAddresses ? 1 : ++this.#counter + 10;
    for (let last = from; ; last++) if (!inUse.has(`10.1.0.${last}`)) return `10.1.0.${last}`;
  }

  #publish(): void {
    if (!this.sessionsLate && !this.leases.away) this.#seenSessions = sessionsOf(this.leases);
    if (this.podsLate || this.apiAway) return;
    for (const pod of this.#pods.values()) pod.report();
    this.#seenPods = [...this.#pods.values()].map((pod) => pod.seen).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.#seenNodes = this.machines.map((machine) => machine.view(this.now));
  }
}

/** Where no process listens the node refuses. */
function nobody(isReached: boolean): ProbeAnswer {
  return isReached ? { health: 'Refused', port: 'Refused' } : { health: 'Silent', port: 'Silent' };
}

function sessionsOf({ registrations, holder }: Leases): RoleSessions {
  const members = registrations.map(sessionOf);
  const held = members.find(({ serverID }) => serverID === holder);
  return { members, broken: [], olderLayout: [], ...(held ? { holder: { ...held, key: 'rootcoord' } } : {}) };
}

function sessionOf({ serverID, lease, address, hostName }: Registration): Session {
  return {
    key: `rootcoord-${serverID}`,
    serverID,
    lease,
    createRevision: serverID * 10n,
    address,
    ...(hostName === undefined ? {} : { hostName }),
    version: '2.4.15',
  };
}
