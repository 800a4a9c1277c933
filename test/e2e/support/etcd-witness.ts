import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ensurePrograms } from '../../cluster/programs.ts';
import { until, type UntilOptions } from '../../support/until.ts';
import type { ScenarioEtcd } from './etcd.ts';

/** Who held a role from a moment on. */
export interface HolderChange {
  /** When it was seen, by this machine's wall clock. */
  readonly atMs: number;
  /** The holder's server ID; absent: nobody. */
  readonly serverID: string | undefined;
}

interface WatchLine {
  readonly Events?: readonly {
    /** 1 for a deletion, absent for a put (mvccpb.Event_EventType in etcd 3.5). */
    readonly type?: number;
    readonly kv: { readonly key: string; readonly value?: string };
  }[];
}

/**
 * Watches one role's key by `etcdctl watch`, from its first revision on: what the operator tells is held against this,
 * and it shares no code with the operator.
 */
export class EtcdWitness implements AsyncDisposable {
  readonly #changes: HolderChange[] = [];
  readonly #key: string;
  readonly #child: ChildProcess;

  private constructor(key: string, child: ChildProcess) {
    this.#key = key;
    this.#child = child;
    if (child.stdout) createInterface(child.stdout).on('line', (line) => this.#take(line));
  }

  /** Starts to watch the key of `role`, below the session path that Milvus uses by default. */
  static async start(etcd: ScenarioEtcd, role: string, prefix = 'by-dev/meta/session/'): Promise<EtcdWitness> {
    const { etcdctl } = await ensurePrograms(['etcdctl']);
    const args = ['--endpoints', etcd.url, 'watch', `${prefix}${role}`, '--rev', '1', '--write-out', 'json'];
    return new EtcdWitness(`${prefix}${role}`, spawn(etcdctl, args, { stdio: ['ignore', 'pipe', 'ignore'] }));
  }

  /** Every change of holder so far, oldest first. */
  get changes(): readonly HolderChange[] {
    return this.#changes;
  }

  /** Server ID of the holder; undefined: nobody. */
  get holder(): string | undefined {
    return this.#changes.at(-1)?.serverID;
  }

  /** Waits until somebody else than `previous` holds the role. */
  next(previous: string | undefined, options?: UntilOptions): Promise<HolderChange & { readonly serverID: string }> {
    return until(
      `a holder of ${this.#key} other than ${previous ?? 'nobody'}`,
      () => {
        const last = this.#changes.at(-1);
        return last?.serverID !== undefined && last.serverID !== previous && { ...last, serverID: last.serverID };
      },
      options,
    );
  }

  /** The server IDs that came to hold the role after a moment, in order. */
  holdersSince(sinceMs: number): string[] {
    return this.#changes.flatMap(({ atMs, serverID }) => (atMs >= sinceMs && serverID !== undefined ? serverID : []));
  }

  /** For how long nobody held the role after a moment, milliseconds, gaps that are over. */
  noHolderMs(sinceMs: number): number {
    let total = 0;
    for (const [index, { atMs, serverID }] of this.#changes.entries()) {
      const previous = this.#changes[index - 1];
      if (previous && previous.serverID === undefined && serverID !== undefined && previous.atMs >= sinceMs)
        total += atMs - previous.atMs;
    }
    return total;
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
      const { ServerID } = type === 1 ? {} : parseValue(kv.value ?? '');
      const serverID = ServerID === undefined ? undefined : String(ServerID);
      if (this.#changes.length === 0 || this.holder !== serverID) this.#changes.push({ atMs, serverID });
    }
  }
}

function parseValue(base64: string): { readonly ServerID?: number } {
  return JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as { ServerID?: number };
}
