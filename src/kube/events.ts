import { createHash } from 'node:crypto';
import type { KubeClient } from './client.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { isAlreadyExists } from './errors.ts';
import { Limiter } from '../base/limiter.ts';
import type { Log } from '../base/log.ts';
import { microTime } from './micro-time.ts';
import type { KubeObject, ResourceKind } from './objects.ts';

/** events.k8s.io Event. */
export const eventKind: ResourceKind = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

/** Who reports, in every Event. */
const reportingController = 'ha.milvus.io/coordinator-pair-operator';
/** Validation of events.k8s.io/v1 (NoteLengthLimit), bytes. */
const longestNote = 1024;
/** Where Events about cluster-scoped objects live. */
const clusterNamespace = 'default';

/** Something that happened to an object, for people who `kubectl describe` it. */
export interface EventReport {
  /** What happened, uniquely: the same key again is the same Event, not another one. */
  readonly key: string;
  readonly regarding: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** Why, CamelCase, at most 128 characters. */
  readonly reason: string;
  /** What was done or not done, CamelCase, at most 128 characters. */
  readonly action: string;
  /** For people; cut at 1024 bytes. */
  readonly note: string;
}

/** Where Events go, and in whose name. */
export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** The operator's pod name. */
  readonly reportingInstance: string;
  readonly log: Log;
  /** Events waiting to be written; more are dropped, and logged. Default 200. */
  readonly maxWaiting?: number;
  readonly clock?: Clock;
}

interface Event extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: object;
}

/** Writes Events in the background: nobody waits for them and nobody fails because of them. */
export class EventRecorder implements AsyncDisposable {
  readonly #options: EventRecorderOptions;
  readonly #limiter = new Limiter(4);
  readonly #maxWaiting: number;
  readonly #clock: Clock;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#maxWaiting = options.maxWaiting ?? 200;
    this.#clock = options.clock ?? systemClock;
  }

  /** Never throws; what cannot be written is logged. */
  record(report: EventReport): void {
    const { log } = this.#options;
    const { reason, note, regarding } = report;
    if (this.#stop.signal.aborted || this.#underWay.size >= this.#maxWaiting) {
      log.warn({ reason, note, regarding: regarding.metadata.name }, 'an event was dropped');
      return;
    }
    const written = this.#write(report).finally(() => this.#underWay.delete(written));
    this.#underWay.add(written);
  }

  /** Resolves when everything recorded so far is written or has failed. */
  async flush(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Gives what waits two seconds to be written; drops the rest. */
  async [Symbol.asyncDispose](): Promise<void> {
    const late = this.#clock.schedule(2_000, () => this.#stop.abort(new Error('the event recorder is stopped')));
    try {
      await this.flush();
    } finally {
      late[Symbol.dispose]();
      this.#stop.abort(new Error('the event recorder is stopped'));
    }
  }

  async #write(report: EventReport): Promise<void> {
    const { client, log } = this.#options;
    const { signal } = this.#stop;
    try {
      const event = this.#eventOf(report);
      await this.#limiter.run(signal, () => client.create<Event>(eventKind, event, { signal }));
    } catch (error) {
      if (isAlreadyExists(error)) return;
      const { reason, note, regarding } = report;
      log.warn({ err: error, reason, note, regarding: regarding.metadata.name }, 'an event could not be written');
    }
  }

  #eventOf({ key, regarding, type, reason, action, note }: EventReport): Event {
    const { name, namespace, uid } = regarding.metadata;
    return {
      apiVersion: `${eventKind.group}/${eventKind.version}`,
      kind: eventKind.kind,
      metadata: { name: eventName(name, key), namespace: namespace ?? clusterNamespace },
      eventTime: microTime(this.#clock.wallTime()),
      reportingController,
      reportingInstance: this.#options.reportingInstance,
      type,
      reason,
      action,
      note: cut(note),
      regarding: { apiVersion: regarding.apiVersion, kind: regarding.kind, name, namespace, uid },
    };
  }
}

/** At most 253 characters, the limit of a name. */
function eventName(objectName: string, key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 20);
  return `${objectName.slice(0, 230).replace(/[.-]+$/, '')}.${hash}`;
}

/** Within the limit in bytes, without half a character. */
function cut(note: string): string {
  if (Buffer.byteLength(note) <= longestNote) return note;
  const head = Buffer.from(note)
    .subarray(0, longestNote - 3)
    .toString('utf8');
  return `${head.replace(/\uFFFD+$/, '')}…`;
}
