import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../../cluster/programs.ts';
import { startEtcd, type EtcdServer } from '../../integration/support/etcd.ts';
import { freePorts } from '../../integration/support/free-ports.ts';
import { until } from '../../support/until.ts';
import { Coordinator, type Ports } from './coordinator.ts';
import { describeKeys, ownerOf, type KeyTrace } from './describe.ts';
import { MARK, SessionLog, type Change } from './session-log.ts';
import type { Subject } from './subject.ts';

/** The TTL of sessions in acts that wait for a lease to end, seconds. */
const ttlSeconds = 8;

/** How often a process is still seen once its lease is gone before it is said to go on without one. */
const sightings = 10;

const prefix = 'by-dev/meta/session/';

/** How to start a process in an act. */
export interface StartOptions {
  /** What follows `milvus run`; `['rootcoord']` by default. */
  readonly args?: readonly string[];
  /** Variables beside those that the operator renders, or instead of them; undefined: left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly ports?: Partial<Ports>;
}

/** What was seen of an act, the same from run to run. */
export interface Trace {
  readonly notes: readonly string[];
  readonly keys: KeyTrace;
}

/** Where an act is played: an etcd of its own. Disposing ends the processes and removes the files. */
export class Stage implements AsyncDisposable {
  readonly etcd: EtcdServer;
  readonly log: SessionLog;
  readonly #subject: Subject;
  readonly #folder: string;
  readonly #started: Coordinator[] = [];
  readonly #notes: string[] = [];
  #marks = 0;

  private constructor(subject: Subject, etcd: EtcdServer, log: SessionLog, folder: string) {
    this.#subject = subject;
    this.etcd = etcd;
    this.log = log;
    this.#folder = folder;
  }

  /** @param makeSubject - what is played with, given a folder of its own */
  static async open(makeSubject: (folder: string) => Promise<Subject>): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    const subject = await makeSubject(folder);
    const etcd = await startEtcd();
    const { etcdctl } = await ensurePrograms(['etcdctl']);
    return new Stage(subject, etcd, new SessionLog(etcdctl, etcd.member.endpoint, prefix), folder);
  }

  /** Starts a process as the operator renders it, with a short TTL; waits for nothing. */
  async start(name: string, { args = ['rootcoord'], env, ports }: StartOptions = {}): Promise<Coordinator> {
    const [metrics = 0, rootcoord = 0, querycoord = 0, datacoord = 0, indexcoord = 0] = await freePorts(5);
    const variables: StartOptions['env'] = {
      ETCD_ENDPOINTS: this.etcd.member.endpoint,
      ETCD_ROOT_PATH: 'by-dev',
      ETCD_META_SUB_PATH: 'meta',
      ETCD_KV_SUB_PATH: 'kv',
      ROOT_COORD_ENABLE_ACTIVE_STANDBY: 'true',
      QUERY_COORD_ENABLE_ACTIVE_STANDBY: 'true',
      DATA_COORD_ENABLE_ACTIVE_STANDBY: 'true',
      INDEX_COORD_ENABLE_ACTIVE_STANDBY: 'true',
      COMMON_SESSION_TTL: String(ttlSeconds),
      ...env,
    };
    const coordinator = await Coordinator.start({
      subject: this.#subject,
      args,
      env: Object.fromEntries(
        Object.entries(variables).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ),
      folder: this.#folder,
      name: `${name}-${String(metrics)}`,
      ports: { metrics, rootcoord, querycoord, datacoord, indexcoord, ...ports },
    });
    this.#started.push(coordinator);
    return coordinator;
  }

  /** An ACTIVE, and a STANDBY that came later. */
  async pair(options: StartOptions = {}): Promise<{ readonly active: Coordinator; readonly standby: Coordinator }> {
    const active = await this.start('first', options);
    await active.untilState(1);
    const standby = await this.start('second', options);
    await standby.untilState(3);
    return { active, standby };
  }

  /** Whether indexcoord is a process of its own. */
  get separateIndexCoord(): boolean {
    return this.#subject.release.startsWith('2.2.');
  }

  note(text: string): void {
    this.#notes.push(text);
  }

  /** Notes what /healthz answers, to one who asks for text and to one who asks for JSON. */
  async noteHealth(who: string, coordinator: Coordinator): Promise<void> {
    for (const contentType of [undefined, 'application/json']) {
      const { status, type, text } = await coordinator.get('/healthz', contentType);
      this.note(`${who}: ${String(status)} ${text} (${type})`);
    }
  }

  async revoke(session: Change | undefined): Promise<void> {
    await this.#ask('/v3/lease/revoke', { ID: leaseOf(session) });
  }

  async delete(key: string): Promise<void> {
    await this.#ask('/v3/kv/deleterange', { key: Buffer.from(`${prefix}${key}`).toString('base64') });
  }

  /** The TTL that was granted to the lease of a key, and what is left of it, seconds; -1: there is no such lease. */
  async timeToLive(session: Change | undefined): Promise<{ readonly granted: number; readonly left: number }> {
    const answer = await this.#ask('/v3/lease/timetolive', { ID: leaseOf(session) });
    const { TTL = '0', grantedTTL = '0' } = answer as { readonly TTL?: string; readonly grantedTTL?: string };
    return { granted: Number(grantedTTL), left: Number(TTL) };
  }

  /**
   * What becomes of a process after something happened to it: it ends, or renews its lease, or is still there when the
   * lease is gone.
   */
  async fate(coordinator: Coordinator, session: Change | undefined): Promise<string> {
    let lowest = Number.POSITIVE_INFINITY;
    let seen = 0;
    const probe = async () => {
      if (coordinator.exitCode !== undefined) return `ends with ${String(coordinator.exitCode)}`;
      const { left } = await this.timeToLive(session);
      if (left < 0) seen += 1;
      else if (left > lowest) return 'goes on and renews its lease';
      else lowest = left;
      return seen >= sightings && 'goes on without a lease';
    };
    return until(`the fate of ${coordinator.name}`, probe, { timeoutMs: 60_000, everyMs: 100 });
  }

  /** Waits until a key is gone with its lease. @returns whether that was given back or ran out, by the time it took */
  async endOfLease(key: string, sinceMs: number): Promise<string> {
    const lastedMs = (await this.log.untilGone(key)) - sinceMs;
    return lastedMs < (ttlSeconds * 1_000) / 2 ? 'is given back' : 'runs out';
  }

  /** Whether a process registers or ends, whichever comes first. */
  untilRegisteredOrEnded(coordinator: Coordinator): Promise<string> {
    const registered = () =>
      this.log.changes.some((change) => ownerOf(change, this.#started) === this.#started.indexOf(coordinator));
    const probe = () =>
      coordinator.exitCode === undefined ? registered() && 'registers' : `ends with ${String(coordinator.exitCode)}`;
    return until(`${coordinator.name} to register or end`, probe, { timeoutMs: 60_000 });
  }

  /** The key as it is in etcd by now; undefined: there is none. */
  async current(key: string): Promise<Change | undefined> {
    await this.#catchUp();
    return this.log.current(key);
  }

  /** All that was noted, and what happened to the session keys. */
  async trace(): Promise<Trace> {
    await this.#catchUp();
    return { notes: this.#notes, keys: describeKeys(this.log.revisions, this.#started) };
  }

  /** The log is told by a process of its own, which a busy machine may let wait for seconds. */
  async #catchUp(): Promise<void> {
    const mark = ++this.#marks;
    const [key, value] = [`${prefix}${MARK}`, String(mark)].map((text) => Buffer.from(text).toString('base64'));
    await this.#ask('/v3/kv/put', { key, value });
    await this.log.untilMarked(mark);
  }

  async #ask(path: string, body: object): Promise<unknown> {
    const url = `http://${this.etcd.member.endpoint}${path}`;
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const coordinator of this.#started) await coordinator[Symbol.asyncDispose]();
    await this.log[Symbol.asyncDispose]();
    await this.etcd[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function leaseOf(session: Change | undefined): string {
  if (session?.lease === undefined) throw new Error('there is no such session');
  return session.lease.toString();
}
