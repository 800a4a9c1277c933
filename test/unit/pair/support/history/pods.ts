import type { TerminatedState } from '../../../../../src/kube/core-types.ts';
import type { ContainerView, PodView } from '../../../../../src/pair/pod-view.ts';
import type { ProbeAnswer } from '../../../../../src/probe/types.ts';
import { TEMPLATE } from '../pods.ts';
import { changed } from '../changes.ts';
import { NOW } from '../time.ts';
import type { Machine } from './machines.ts';

/** A Milvus process, container and all. */
export class Process {
  readonly containerID: string;
  readonly ip: string;
  readonly startedMs: number;
  readonly #machine: Machine;
  registered = false;
  /** Told to stop, and serves no more. */
  stopped = false;
  frozen = false;
  /** How it ended, and when. */
  ended: { readonly atMs: number; readonly exitCode: number } | undefined;

  constructor(containerID: string, ip: string, machine: Machine, startedMs: number) {
    this.containerID = containerID;
    this.ip = ip;
    this.#machine = machine;
    this.startedMs = startedMs;
  }

  get alive(): boolean {
    return this.ended === undefined;
  }

  /** Whether it can renew its lease, or notice that it is gone. */
  get reachesEtcd(): boolean {
    return this.alive && !this.frozen && this.#machine.seesEtcd;
  }

  /** Whether it renews its lease and takes a role: from SIGTERM on it does neither (2.3.5). */
  get serves(): boolean {
    return this.reachesEtcd && !this.stopped;
  }

  /** SIGTERM: one that is frozen takes it once it goes on. */
  stop(): void {
    if (!this.frozen) this.stopped = true;
  }

  /** What a prober finds. */
  answer(isReached: boolean): ProbeAnswer {
    if (!isReached || this.frozen) return { health: 'Silent', port: 'Silent' };
    if (this.stopped || !this.registered) return { health: 'Abnormal', port: this.stopped ? 'Refused' : 'Open' };
    return { health: 'Healthy', port: 'Open' };
  }

  end(atMs: number, exitCode: number): void {
    this.ended ??= { atMs, exitCode };
  }
}

/** A pod: what is so, and what its kubelet last said. */
export class WorldPod {
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly machine: Machine;
  readonly createdMs: number;
  deletedMs: number | undefined;
  /** Its kubelet has lost sight of the container, and makes up an end of it. */
  outOfSight = false;
  process: Process | undefined;
  #previous: TerminatedState | undefined;
  #reported: Pick<PodView, 'ready' | 'container' | 'ip'>;

  constructor(made: Pick<WorldPod, 'name' | 'uid' | 'ip' | 'machine' | 'createdMs'>) {
    this.name = made.name;
    this.uid = made.uid;
    this.ip = made.ip;
    this.machine = made.machine;
    this.createdMs = made.createdMs;
    this.#reported = { ready: false, container: {} };
  }

  /** Starts the first container, and the next one after each that ended. */
  step(nowMs: number, restartMs: number, nextID: () => string): void {
    const { process } = this;
    if (process?.alive || this.deletedMs !== undefined) return;
    if (nowMs - (process?.ended?.atMs ?? this.createdMs) < restartMs) return;
    if (process) this.#previous = this.#endOf(process);
    this.process = new Process(nextID(), this.ip, this.machine, nowMs);
  }

  /** The power goes: after it is back the kubelet finds a container of which it knows nothing but that it is no more. */
  powerLost(nowMs: number): void {
    this.process?.end(nowMs, 255);
  }

  /** The kubelet reports, if it can. */
  report(): void {
    if (!this.machine.powered || !this.machine.seesApi) return;
    const registered = this.process?.alive === true && this.process.registered;
    this.#reported = { ready: registered, container: this.#container(), ip: this.ip };
  }

  /** The pod's object as it is stored. */
  get seen(): PodView {
    const { name, uid, machine, createdMs, deletedMs } = this;
    return {
      name,
      namespace: 'milvus',
      uid,
      nodeName: machine.name,
      hostNetwork: false,
      terminating: deletedMs !== undefined,
      createdAt: new Date(NOW.getTime() + createdMs),
      templateHash: TEMPLATE,
      ...this.#reported,
    };
  }

  #container(): ContainerView {
    const { process } = this;
    if (!process) return {};
    const running = process.alive && !this.outOfSight;
    return changed<ContainerView>(
      { id: process.containerID },
      {
        runningSince: running ? this.#nodeTime(process.startedMs) : undefined,
        terminated: running ? undefined : this.#endOf(process),
        lastTerminated: this.#previous,
      },
    );
  }

  #endOf({ containerID, ended }: Process): TerminatedState {
    if (!ended) return { containerID, exitCode: 137, reason: 'ContainerStatusUnknown' };
    const reason = ended.exitCode === 255 ? 'Unknown' : ended.exitCode === 0 ? 'Completed' : 'Error';
    return { containerID, exitCode: ended.exitCode, reason, finishedAt: isoSeconds(this.#nodeTime(ended.atMs)) };
  }

  #nodeTime(atMs: number): Date {
    return new Date(Math.floor(this.machine.clock(new Date(NOW.getTime() + atMs)).getTime() / 1_000) * 1_000);
  }
}

/** As kubelets write it. */
const isoSeconds = (time: Date): string => time.toISOString().replace('.000Z', 'Z');
