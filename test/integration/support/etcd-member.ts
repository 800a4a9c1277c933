import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { tailOf } from '../../cluster/process.ts';
import { until } from '../../support/until.ts';

/** One etcd process and its data folder. */
export interface EtcdMember extends AsyncDisposable {
  readonly name: string;
  /** `127.0.0.1:<port>` for clients. */
  readonly endpoint: string;
  readonly port: number;
  readonly dataDir: string;
  /** SIGKILL; the data stays. */
  kill(): Promise<void>;
  /** SIGTERM: etcd hands its leadership over and ends. */
  stop(): Promise<void>;
  /** Starts it again on the same ports and data. @param waitUntilHealthy - needs a quorum. */
  start(waitUntilHealthy?: boolean): Promise<void>;
  /** SIGSTOP: connections stay, nothing answers. */
  freeze(): void;
  /** SIGCONT after {@link freeze}. */
  thaw(): void;
  /** Whether it answers and sees a leader. */
  isHealthy(): Promise<boolean>;
  /** The samples of its /metrics by name with labels: `etcd_server_has_leader`, `grpc_…{grpc_code="OK",…}`. */
  metrics(): Promise<ReadonlyMap<string, number>>;
}

/** What a member is started with. */
export interface EtcdMemberSpec {
  readonly program: string;
  readonly folder: string;
  readonly name: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly flags: readonly string[];
}

/** Starts one member; it isn't healthy yet when this resolves. */
export async function startEtcdMember(spec: EtcdMemberSpec): Promise<EtcdMember> {
  const { name, port } = spec;
  const dataDir = join(spec.folder, name);
  const logFile = join(spec.folder, `${name}.log`);
  const metricsUrl = `http://127.0.0.1:${String(spec.metricsPort)}`;
  let child: ChildProcess | undefined;
  const killAtExit = (): void => void child?.kill('SIGKILL');

  const launch = async (): Promise<void> => {
    if (child !== undefined) throw new Error(`etcd member ${name} runs already`);
    await using log = await open(logFile, 'a');
    const started = spawn(
      spec.program,
      ['--name', name, '--data-dir', dataDir, '--listen-metrics-urls', metricsUrl, ...spec.flags],
      {
        stdio: ['ignore', log.fd, log.fd],
      },
    );
    await once(started, 'spawn');
    child = started;
    process.once('exit', killAtExit);
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child === undefined) return;
    const ending = child;
    child = undefined;
    process.off('exit', killAtExit);
    if (ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    await exited;
  };
  const ask = async (path: string): Promise<string> => {
    const response = await fetch(`${metricsUrl}${path}`, { signal: AbortSignal.timeout(3_000) });
    return response.text();
  };

  const member: EtcdMember = {
    name,
    endpoint: `127.0.0.1:${String(port)}`,
    port,
    dataDir,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start(waitUntilHealthy = true) {
      await launch();
      if (waitUntilHealthy) await untilHealthy([member]);
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async isHealthy() {
      if (child === undefined || child.exitCode !== null)
        throw new Error(`etcd member ${name} does not run: ${await tailOf(logFile)}`);
      return (await ask('/health')).includes('"true"');
    },
    async metrics() {
      const lines = (await ask('/metrics')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return new Map(
        lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
      );
    },
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  };
  await launch();
  return member;
}

/** Waits until each of these members answers and sees a leader. */
export async function untilHealthy(members: readonly EtcdMember[]): Promise<void> {
  for (const member of members)
    await until(`etcd member ${member.name} is healthy`, () => member.isHealthy(), { timeoutMs: 30_000 });
}
