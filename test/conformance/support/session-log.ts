import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { until } from '../../support/until.ts';

/** What one revision of etcd changed below the session prefix. */
export interface Revision {
  readonly revision: number;
  /** When it was seen, by this machine's wall clock. */
  readonly atMs: number;
  readonly changes: readonly Change[];
}

/** A key put or deleted. */
export interface Change {
  /** Below the session prefix: `rootcoord-1`. */
  readonly key: string;
  /** Absent: deleted. */
  readonly value?: string;
  /** Lease of the key, 0 for none; undefined for a deletion. */
  readonly lease?: bigint;
}

interface WatchLine {
  readonly Events?: readonly {
    /** 1 for a deletion, absent for a put (mvccpb.Event_EventType in etcd 3.5). */
    readonly type?: number;
    readonly kv: {
      readonly key: string;
      readonly value?: string;
      readonly mod_revision: number;
      readonly lease?: bigint;
    };
  }[];
}

/** A key below the prefix that no Milvus knows: its values are numbers that rise, and it is in no revision. */
export const MARK = 'conformance-mark';

/** Follows the session keys of one Milvus by `etcdctl watch`, from the first revision on. */
export class SessionLog implements AsyncDisposable {
  readonly #prefix: string;
  readonly #child: ChildProcess;
  readonly #revisions: Revision[] = [];
  #mark = 0;

  constructor(etcdctl: string, endpoint: string, prefix: string) {
    this.#prefix = prefix;
    const args = ['--endpoints', endpoint, 'watch', '--prefix', prefix, '--rev', '1', '--write-out', 'json'];
    this.#child = spawn(etcdctl, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    if (this.#child.stdout) createInterface(this.#child.stdout).on('line', (line) => this.#take(line));
  }

  /** All that happened so far, oldest first. */
  get revisions(): readonly Revision[] {
    return this.#revisions;
  }

  /** The changes of all revisions. */
  get changes(): readonly Change[] {
    return this.#revisions.flatMap(({ changes }) => changes);
  }

  /** The key as it is now; undefined: there is none. */
  current(key: string): Change | undefined {
    const last = this.changes.findLast((change) => change.key === key);
    return last?.value === undefined ? undefined : last;
  }

  /** Waits until a key is there, or is another one than before. */
  untilPut(key: string, after?: Change): Promise<Change> {
    return until(
      `the key ${key}`,
      () => {
        const now = this.current(key);
        return now !== after && now;
      },
      { timeoutMs: 60_000 },
    );
  }

  /** Waits until a key that was there has been deleted. @returns when that was seen, by this machine's wall clock */
  async untilGone(key: string): Promise<number> {
    const probe = () => {
      const last = this.#revisions.findLast(({ changes }) => changes.some((change) => change.key === key));
      const change = last?.changes.findLast((each) => each.key === key);
      return change?.value === undefined && last?.atMs;
    };
    return until(`${key} to be gone`, probe, { timeoutMs: 60_000 });
  }

  /** Waits until this value of {@link MARK}, or a higher one, is seen, and with it all that happened before. */
  async untilMarked(mark: number): Promise<void> {
    await until(`the watch to reach mark ${String(mark)}`, () => this.#mark >= mark, { timeoutMs: 60_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #take(line: string): void {
    // Leases are int64: more than a double holds.
    const exact = line.replaceAll(/"lease":(\d+)/g, '"lease":"$1"');
    for (const { type, kv } of (JSON.parse(exact) as WatchLine).Events ?? []) {
      const key = Buffer.from(kv.key, 'base64').toString('utf8').slice(this.#prefix.length);
      const value = Buffer.from(kv.value ?? '', 'base64').toString('utf8');
      if (key === MARK) {
        this.#mark = Math.max(this.#mark, Number(value));
        continue;
      }
      const change = type === 1 ? { key } : { key, value, lease: BigInt(kv.lease ?? 0) };
      const last = this.#revisions.at(-1);
      if (last?.revision === kv.mod_revision) (last.changes as Change[]).push(change);
      else this.#revisions.push({ revision: kv.mod_revision, atMs: Date.now(), changes: [change] });
    }
  }
}
