import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../../cluster/programs.ts';
import { callEtcd, encode } from '../../e2e/support/etcd-gateway.ts';
import { until } from '../../support/until.ts';
import { startEtcdMember } from './etcd-member.ts';
import { freePorts } from './free-ports.ts';

/** The newest releases of the two lines that are in use. */
export type EtcdLine = '3.5' | '3.6';

const programOf = { '3.5': 'etcd', '3.6': 'etcd-3.6' } as const;

/** How one run of etcd is wrong. */
export interface Trouble {
  /** Changes a copy of an intact data directory. */
  readonly damage?: (dataDir: string) => Promise<void>;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its data belongs to another user. */
  readonly foreignData?: true;
  /** Calls at the peer port while etcd runs, again and again. */
  readonly visit?: (peerPort: number) => void;
}

/** What a run of etcd printed, and how it ended. */
export interface LastWords {
  readonly log: string;
  /** Undefined: it ran on until it was stopped. */
  readonly exitCode?: number;
}

/** Data of an etcd of one member that was killed, and that etcd started on copies of it. */
export interface DoomedEtcd extends AsyncDisposable {
  /** Where its peers find it. */
  readonly peerPort: number;
  /** Starts it and waits until it ends by itself, or has printed what is waited for. */
  run(trouble: Trouble, waitFor?: RegExp): Promise<LastWords>;
}

/** So few that the data has a snapshot beside the database. */
const SNAPSHOT_COUNT = 20;
const KEYS = 60;
const NOBODY = 65_534;
/** Root reads everybody's files by these two capabilities. */
const asOthers = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];

/** Makes the data. Disposing ends the processes and removes all folders. */
export async function makeDoomedEtcd(line: EtcdLine): Promise<DoomedEtcd> {
  const name = programOf[line];
  const { [name]: program } = await ensurePrograms([name]);
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'doomed-etcd-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const [port = 0, peerPort = 0, metricsPort = 0] = await freePorts(3);
  const own = flagsOf(port, peerPort);
  const member = undo.use(await startEtcdMember({ program, folder, name: 'intact', port, metricsPort, flags: own }));
  await until('etcd is healthy', () => member.isHealthy());
  for (let number = 0; number < KEYS; number++)
    await callEtcd(`http://127.0.0.1:${port}`, 'put', {
      key: encode(`by-dev/meta/key-${number}`),
      value: encode('v'.repeat(400)),
    });
  await member.kill();

  let runs = 0;
  const running = undo.move();
  return {
    peerPort,
    async run({ damage, flags = [], env = {}, foreignData, visit }, waitFor) {
      const dataDir = join(folder, `run-${runs++}`);
      await cp(member.dataDir, dataDir, { recursive: true });
      await damage?.(dataDir);
      const isRoot = process.getuid?.() === 0;
      if (foreignData) await (isRoot ? chown(dataDir, NOBODY, NOBODY) : chmod(dataDir, 0));
      const command = [...(foreignData && isRoot ? asOthers : []), program, '--name', 'intact', '--data-dir', dataDir];
      const child = spawn(command[0] ?? program, [...command.slice(1), ...own, ...flags], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env },
      });
      const kill = (): void => void child.kill('SIGKILL');
      process.once('exit', kill);
      let log = '';
      let ended = false;
      const closed = once(child, 'close').then(() => (ended = true));
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
      const isOver = (): boolean => {
        visit?.(peerPort);
        return ended || waitFor?.test(log) === true;
      };
      await until('etcd ends, or prints what is waited for', isOver, { timeoutMs: 30_000, everyMs: 100 });
      kill();
      await closed;
      process.off('exit', kill);
      return { log, ...(child.exitCode === null ? {} : { exitCode: child.exitCode }) };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function flagsOf(port: number, peerPort: number): readonly string[] {
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  return [
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
    ...['--initial-cluster', `intact=${peer}`, '--snapshot-count', String(SNAPSHOT_COUNT)],
  ];
}
