import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterPlan } from './plan.ts';
import { ownerVariable, runDirOf } from './plan.ts';
import type { DaemonSpec, ProcessId } from './process.ts';
import { GaveUp, isAlive, sendSignal, startDaemon, tailOf, until } from './process.ts';

/** A program of the cluster: how it was started and which process it is now. */
export interface Daemon {
  readonly spec: DaemonSpec;
  readonly id: ProcessId;
}

/** What is written to state.json, so that another process can go on with the cluster, or remove it. */
export interface StateFile {
  readonly plan: ClusterPlan;
  /** Tells this run's processes from those of an earlier cluster of the same name. */
  readonly runId: string;
  /** The process that started it. */
  readonly owner: ProcessId;
  /** Whether the cluster is meant to outlive its owner. */
  readonly keep: boolean;
  readonly ready: boolean;
  readonly daemons: Readonly<Record<string, Daemon>>;
  /** Kernel settings as they were, by the path under /proc/sys: the kubelet changes some. */
  readonly kernelSettings: Readonly<Record<string, string>>;
  /** The node through which the host reaches Services. */
  readonly serviceGateway: string;
}

/**
 * All programs of a cluster are written in Go, whose collector takes a large part of their time with its default of 100:
 * memory is there to be used instead.
 */
const lessCollecting = { GOGC: '400' };

const fileOf = (runDir: string) => join(runDir, 'state.json');

/** The state of one cluster, on disk after every change: what is started is recorded before anything else happens. */
export class ClusterState {
  #current: StateFile;

  constructor(initial: StateFile) {
    this.#current = initial;
  }

  /** Reads the state of a cluster of this name, undefined where there is none. */
  static read(name: string): ClusterState | undefined {
    const file = fileOf(runDirOf(name));
    if (!existsSync(file)) return undefined;
    return new ClusterState(JSON.parse(readFileSync(file, 'utf8')) as StateFile);
  }

  get current(): StateFile {
    return this.#current;
  }

  get plan(): ClusterPlan {
    return this.#current.plan;
  }

  /** Changes fields and writes the file, whole or not at all. */
  update(change: Partial<StateFile>): void {
    this.#current = { ...this.#current, ...change };
    const file = fileOf(this.plan.runDir);
    writeFileSync(`${file}.new`, JSON.stringify(this.#current, undefined, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  /** Where a program of this name writes. */
  logFileOf(daemonName: string): string {
    return join(this.plan.runDir, 'logs', `${daemonName.replaceAll('/', '-')}.log`);
  }

  /** Starts a program under a name (`etcd`, `node-1/kubelet`) and records it. */
  async start(
    name: string,
    spec: Omit<DaemonSpec, 'logFile' | 'env'> & { env?: Record<string, string> },
  ): Promise<void> {
    const env = { ...lessCollecting, ...spec.env, [ownerVariable]: `${this.plan.name}/${this.#current.runId}` };
    await this.#launch(name, { ...spec, env, logFile: this.logFileOf(name) });
  }

  /** Starts a recorded program again, where it does not run. */
  async restart(name: string): Promise<void> {
    const daemon = this.daemon(name);
    if (!isAlive(daemon.id)) await this.#launch(name, daemon.spec);
  }

  async #launch(name: string, spec: DaemonSpec): Promise<void> {
    const id = await startDaemon(spec);
    this.update({ daemons: { ...this.#current.daemons, [name]: { spec, id } } });
  }

  /** @throws Error where no program of this name was ever started. */
  daemon(name: string): Daemon {
    const daemon = this.#current.daemons[name];
    if (!daemon) throw new Error(`cluster ${this.plan.name} has no program ${name}`);
    return daemon;
  }

  /** Sends a signal; false where the program does not run. */
  signal(name: string, signal: NodeJS.Signals): boolean {
    return sendSignal(this.daemon(name).id, signal);
  }

  /** Ends a program at once and waits until it is gone. */
  async kill(name: string): Promise<void> {
    const { id } = this.daemon(name);
    sendSignal(id, 'SIGKILL');
    await until(`the end of ${name}`, () => !isAlive(id), { timeoutMs: 10_000, intervalMs: 10 });
  }
}

/** @throws GaveUp with the program's last lines when it has ended: waiting for it is of no use then. */
export async function assertDaemonRuns(state: ClusterState, name: string): Promise<void> {
  const { id, spec } = state.daemon(name);
  if (!isAlive(id)) throw new GaveUp(`${name} has ended; its last lines:\n${await tailOf(spec.logFile)}`);
}
