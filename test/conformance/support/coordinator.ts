import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tailOf } from '../../cluster/process.ts';
import { until, type UntilOptions } from '../../support/until.ts';
import type { Subject } from './subject.ts';

/** How a process ended: its code, 128 and more for a signal as a container's runtime says it. */
export type ExitCode = number;

/** An answer by HTTP. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** The ports of a process on 127.0.0.1. */
export interface Ports {
  readonly metrics: number;
  readonly rootcoord: number;
  readonly querycoord: number;
  readonly datacoord: number;
  readonly indexcoord: number;
}

/** What to start. */
export interface CoordinatorSpec {
  readonly subject: Subject;
  /** What follows `milvus run`: the role, and flags. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly name: string;
  readonly ports: Ports;
}

/** Where every Milvus writes, whatever its configuration says: a file by role and alias. */
export const PID_FILES = '/run/milvus';
/** The same: a file by process ID. */
export const SERVER_IDS = '/tmp/milvus';

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = { SIGKILL: 9, SIGTERM: 15, SIGABRT: 6, SIGSEGV: 11 };

/** One coordinator process. */
export class Coordinator implements AsyncDisposable {
  readonly name: string;
  readonly ports: Ports;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<ExitCode>;
  #exitCode: ExitCode | undefined;
  readonly #filesElsewhere: readonly string[];
  readonly #killAtExit = (): void => void this.#child.kill('SIGKILL');

  private constructor({ name, ports, args }: CoordinatorSpec, child: ChildProcess, logFile: string) {
    this.name = name;
    this.#filesElsewhere = [
      `${PID_FILES}/${args[0] ?? ''}-${name}.pid`,
      `${SERVER_IDS}/server_id_${String(child.pid)}`,
    ];
    this.ports = ports;
    this.logFile = logFile;
    this.#child = child;
    this.#exit = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.#exitCode = code ?? 128 + (signalNumbers[signal ?? 'SIGKILL'] ?? 0);
        process.off('exit', this.#killAtExit);
        resolve(this.#exitCode);
      }),
    );
    process.once('exit', this.#killAtExit);
  }

  /** Starts it; nothing is waited for. */
  static async start(spec: CoordinatorSpec): Promise<Coordinator> {
    const { subject, args, env, folder, name, ports } = spec;
    const logFile = `${folder}/${name}.log`;
    await using log = await open(logFile, 'a');
    // The alias gives each process its own file in /run/milvus, which a container has for itself.
    const child = spawn(subject.program, ['run', ...args, `-alias=${name}`], {
      cwd: folder,
      env: { ...subject.env, ...addressing(ports), ...env },
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn');
    return new Coordinator(spec, child, logFile);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** The code with which it ended; undefined while it runs. */
  get exitCode(): ExitCode | undefined {
    return this.#exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    if (this.#exitCode !== undefined) return;
    this.signal('SIGKILL');
    await this.#exit;
  }

  /** Waits until it has ended. @throws Error with the end of its log */
  async untilEnded(options?: UntilOptions): Promise<ExitCode> {
    try {
      await until(`${this.name} to end`, () => this.#exitCode !== undefined, { timeoutMs: 30_000, ...options });
    } catch (cause) {
      throw new Error(`${this.name} goes on: ${await tailOf(this.logFile)}`, { cause });
    }
    return this.#exit;
  }

  /** What its port of metrics answers. @throws TypeError when nothing answers */
  async get(path: string, contentType?: string): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${String(this.ports.metrics)}${path}`, {
      headers: contentType === undefined ? {} : { 'Content-Type': contentType },
      signal: AbortSignal.timeout(20_000),
    });
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, text: await response.text() };
  }

  /** Waits until /healthz in JSON says so of each of its roles: 0 initializing, 1 healthy, 2 abnormal, 3 standby. */
  async untilState(code: number, options?: UntilOptions): Promise<void> {
    const probe = async () => {
      if (this.#exitCode !== undefined) return 'ended';
      const { text } = await this.get('/healthz', 'application/json');
      const { detail } = JSON.parse(text) as { detail?: readonly { readonly code: number }[] | null };
      return (detail?.length ?? 0) > 0 && detail?.every((each) => each.code === code);
    };
    try {
      const seen = await until(`${this.name} to be in state ${String(code)}`, probe, {
        ...{ timeoutMs: 60_000, everyMs: 100 },
        ...options,
      });
      if (seen === 'ended') throw new Error(`${this.name} ended with ${String(this.#exitCode)}`);
    } catch (cause) {
      throw new Error(`${this.name} did not get there; the end of its log: ${await tailOf(this.logFile)}`, { cause });
    }
  }

  /** Whether something listens on a port of it. */
  async listens(port: keyof Ports): Promise<boolean> {
    const socket = connect({ host: '127.0.0.1', port: this.ports[port] });
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(5_000) });
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }

  /** Kills it, and removes what it leaves behind outside its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    for (const file of this.#filesElsewhere) await rm(file, { force: true });
  }
}

function addressing(ports: Ports): Record<string, string> {
  return {
    METRICS_PORT: String(ports.metrics),
    ROOT_COORD_PORT: String(ports.rootcoord),
    QUERY_COORD_PORT: String(ports.querycoord),
    DATA_COORD_PORT: String(ports.datacoord),
    INDEX_COORD_PORT: String(ports.indexcoord),
  };
}
