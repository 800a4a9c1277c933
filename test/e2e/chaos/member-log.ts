import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ensurePrograms } from '../../cluster/programs.ts';
import type { ScenarioEtcd } from '../support/etcd.ts';

interface Change {
  readonly atMs: number;
  readonly key: string;
  /** Host name in the value; absent: the key was deleted. */
  readonly hostName?: string;
}

interface WatchLine {
  readonly Events?: readonly {
    readonly type?: number;
    readonly kv: { readonly key: string; readonly value?: string };
  }[];
}

/** Member keys are `<role>-<server ID>`; with them go the bare keys, which are no members. */
const MEMBER = /\/session\/[a-z]+-\d+$/;

/** Records which processes are registered, by `etcdctl watch` over the keys of several pairs. */
export class MemberLog implements AsyncDisposable {
  readonly #changes: Change[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout) createInterface(child.stdout).on('line', (line) => this.#take(line));
  }

  /** Begins with the first revision of the keys below `prefix`. */
  static async start(etcd: ScenarioEtcd, prefix: string): Promise<MemberLog> {
    const { etcdctl } = await ensurePrograms(['etcdctl']);
    const args = ['--endpoints', etcd.url, 'watch', prefix, '--prefix', '--rev', '1', '--write-out', 'json'];
    return new MemberLog(spawn(etcdctl, args, { stdio: ['ignore', 'pipe', 'ignore'] }));
  }

  /** Host names of the processes that were registered below a root path at a moment. */
  at(rootPath: string, atMs: number): readonly string[] {
    const present = new Map<string, string>();
    for (const { key, hostName } of this.#changes.filter((change) => change.atMs <= atMs)) {
      if (!key.startsWith(`${rootPath}/`) || !MEMBER.test(key)) continue;
      if (hostName === undefined) present.delete(key);
      else present.set(key, hostName);
    }
    return [...present.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #take(line: string): void {
    const atMs = Date.now();
    for (const { type, kv } of (JSON.parse(line) as WatchLine).Events ?? []) {
      const key = Buffer.from(kv.key, 'base64').toString('utf8');
      if (type === 1) this.#changes.push({ atMs, key });
      else if (MEMBER.test(key)) this.#changes.push({ atMs, key, hostName: hostNameIn(kv.value ?? '') });
    }
  }
}

function hostNameIn(base64: string): string {
  return (JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as { HostName: string }).HostName;
}
