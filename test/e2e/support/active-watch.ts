import type { CoordinatorPair } from '../../../src/api/coordinator-pair.ts';
import { coordinatorPairKind } from '../../../src/api/names.ts';
import type { Pod } from '../../../src/kube/core-types.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import type { UntilOptions } from '../../support/until.ts';
import { ChangeLog } from './change-log.ts';
import type { HolderChange } from './etcd-witness.ts';
import { endpointSliceKind, eventKind, podsBehind, slicesOf, type EndpointSlice, type PairEvent } from './kinds.ts';
import type { ScenarioPair } from './pair.ts';
import type { Scene } from './scenario.ts';

/** Milliseconds from a change of holder in etcd until each of these told of it. */
export interface FollowTimes extends Record<string, number> {
  readonly statusMs: number;
  readonly labelMs: number;
  readonly endpointMs: number;
  readonly historyMs: number;
}

/** A second is promised and measured; a loaded machine that runs four scenarios at once is given ten before it has failed. */
const followLimit: UntilOptions = { timeoutMs: 10_000 };

/** Records everything by which a user may see who is ACTIVE. */
export class ActiveWatch implements Disposable {
  readonly #pair: ScenarioPair;
  readonly #pairs: ChangeLog<CoordinatorPair>;
  readonly #pods: ChangeLog<Pod>;
  readonly #slices: ChangeLog<EndpointSlice>;
  readonly #events: ChangeLog<PairEvent>;

  private constructor(
    pair: ScenarioPair,
    logs: [ChangeLog<CoordinatorPair>, ChangeLog<Pod>, ChangeLog<EndpointSlice>, ChangeLog<PairEvent>],
  ) {
    this.#pair = pair;
    [this.#pairs, this.#pods, this.#slices, this.#events] = logs;
  }

  /** Starts recording what is in the pair's namespace. */
  static async start({ client, namespace }: Scene, pair: ScenarioPair): Promise<ActiveWatch> {
    return new ActiveWatch(
      pair,
      await Promise.all([
        ChangeLog.start<CoordinatorPair>(client, coordinatorPairKind, namespace),
        ChangeLog.start<Pod>(client, podKind, namespace),
        ChangeLog.start<EndpointSlice>(client, endpointSliceKind, namespace),
        ChangeLog.start<PairEvent>(client, eventKind, namespace),
      ]),
    );
  }

  /** Waits until status, history, label and Service tell of a new holder. @throws Error when one does not in time. */
  async follow(
    { atMs, serverID }: HolderChange & { readonly serverID: string },
    limit: UntilOptions = followLimit,
  ): Promise<FollowTimes> {
    const { name } = this.#pair;
    const statusOf = (pairs: readonly CoordinatorPair[]) =>
      pairs.find(({ metadata }) => metadata.name === name)?.status;
    const statusMs = await this.#pairs.untilSo(
      atMs,
      'status.active to name the new holder',
      (pairs) => statusOf(pairs)?.active?.serverID === serverID,
      limit,
    );
    const { active, history } = await this.#pair.status();
    const podName = active?.podName ?? '';
    const entries = history?.length ?? 0;
    const [historyMs, labelMs, endpointMs] = await Promise.all([
      this.#pairs.untilSo(
        atMs,
        `the history to end with ${podName}`,
        (pairs) => {
          const shown = statusOf(pairs)?.history;
          return shown?.length === entries && shown[0]?.to === podName;
        },
        limit,
      ),
      this.#pods.untilSo(
        atMs,
        `the active label to be on ${podName} alone`,
        (pods) => {
          const active = pods.filter(
            ({ metadata: { labels = {} } }) =>
              // Pods of a workload that is only looked after carry no label of the pair.
              (labels['ha.milvus.io/pair'] ?? name) === name && labels['ha.milvus.io/role'] === 'active',
          );
          return active.length === 1 && active[0]?.metadata.name === podName;
        },
        limit,
      ),
      this.#slices.untilSo(
        atMs,
        `${podName} to be the only endpoint of ${name}-active`,
        (slices) => podsBehind(slicesOf(`${name}-active`, slices)).join() === podName,
        limit,
      ),
    ]);
    return { statusMs, historyMs, labelMs, endpointMs };
  }

  /** Waits for an event of the pair after a moment. @returns how long it took, milliseconds. */
  untilEvent(sinceMs: number, reason: string): Promise<number> {
    const isSo = (events: readonly PairEvent[]) =>
      events.some(
        (event) =>
          event.reason === reason &&
          event.regarding.name === this.#pair.name &&
          Date.parse(event.metadata.creationTimestamp ?? '') >= Math.floor(sinceMs / 1000) * 1000,
      );
    return this.#events.untilSo(sinceMs, `the event ${reason}`, isSo, followLimit);
  }

  [Symbol.dispose](): void {
    for (const log of [this.#pairs, this.#pods, this.#slices, this.#events]) log[Symbol.dispose]();
  }
}
