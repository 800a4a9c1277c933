import type { EtcdGuard } from '../../../src/api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery } from '../../../src/api/etcd-recovery.ts';
import { etcdGuardKind, etcdRecoveryKind } from '../../../src/api/names.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silent } from '../../../src/base/log.ts';
import { adminConnector } from '../../../src/etcd/member-admin.ts';
import { journalName, type Journal } from '../../../src/etcdcare/recovery/journal.ts';
import { RecoveryLocks } from '../../../src/etcdcare/recovery/lock.ts';
import { RecoveryReconciler } from '../../../src/etcdcare/recovery/reconciler.ts';
import { remedyFor } from '../../../src/etcdcare/recovery/remedies/index.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Node } from '../../../src/kube/core-types.ts';
import { configMapKind, nodeKind } from '../../../src/kube/kinds.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import type { PodLogs } from '../../../src/kube/pod-logs.ts';
import { createKubeClient } from '../../../src/kube/transport.ts';
import { OperatorKilled, OperatorLife, type Change, type Fate } from '../../support/mortality.ts';
import { repeatUntil } from '../../support/until.ts';
import { operatorKubectl, scaleOperator } from './operator.ts';
import type { Scene } from './scene.ts';
import { operatorName } from './settings.ts';

/** Until when a recovery has ended, however often its operator dies, milliseconds. */
const ENDS_WITHIN_MS = 600_000;
/** For as long as one waits between two looks at the most, milliseconds. */
const LOOK_MS = 300;

/** What a recovery was through. */
export interface Played {
  readonly recovery: EtcdRecovery;
  /** Changes that were made, by an operator that lived on or by one that died of it. */
  readonly changes: number;
  /** Operators that died. */
  readonly killed: number;
}

type Client = KubeClient & PodLogs & AsyncDisposable;

/** An operator that stands still in the middle of a call. */
export interface Sleeper {
  /** The change that it is about to make. */
  readonly at: string;
  /** Its call goes on, and so does the operator, with what it believes. @returns the changes that it makes. */
  wake(): Promise<readonly string[]>;
}

/** Operators of this process that carry out a scenario's recoveries in place of the installed one, which has to rest. */
export class OperatorLives implements AsyncDisposable {
  readonly #scene: Scene;
  readonly #client: Client;
  readonly #operatorImage: string;
  readonly #nodes: ReadonlyMap<string, Node>;

  private constructor(scene: Scene, client: Client, operatorImage: string, nodes: readonly Node[]) {
    this.#scene = scene;
    this.#client = client;
    this.#operatorImage = operatorImage;
    this.#nodes = new Map(nodes.map((node) => [node.metadata.name, node]));
  }

  /** With the same rights as whoever runs the scenarios, and the image of the installed operator. */
  static async open(scene: Scene): Promise<OperatorLives> {
    const { kubeconfigPath } = scene.cluster;
    const client = createKubeClient({ kubeconfig: kubeconfigPath, version: 'test', component: 'e2e-operator' });
    const { items } = await client.list<Node>(nodeKind);
    const path = 'jsonpath={.spec.template.spec.containers[0].image}';
    const image = await operatorKubectl(scene.cluster).run(['get', 'deployment', operatorName, '--output', path]);
    return new OperatorLives(scene, client, image, items);
  }

  /** One operator after the other, each until its fate ends it, until the recovery has ended; approves what is asked. */
  async play(name: string, fate: Fate, changes: string[] = []): Promise<Played> {
    let killed = 0;
    const recovery = await repeatUntil(
      `EtcdRecovery ${name} to end`,
      async () => {
        const ended = await this.live(name, fate, changes);
        if (!ended) killed++;
        return ended;
      },
      { timeoutMs: ENDS_WITHIN_MS },
    );
    return { recovery, changes: changes.length, killed };
  }

  /** One operator, until the recovery has ended. @returns undefined: the operator has. */
  async live(
    name: string,
    fate: Fate,
    changes: string[] = [],
    isLeader: () => boolean = () => true,
  ): Promise<EtcdRecovery | undefined> {
    const life = new OperatorLife(changes, fate);
    const { namespace } = this.#scene;
    const client = life.client(this.#client);
    let guard: EtcdGuard | undefined;
    let recoveries: readonly EtcdRecovery[] = [];
    using reconciler = new RecoveryReconciler({
      client,
      watchNamespaces: [namespace],
      operatorImage: this.#operatorImage,
      secrets: { secret: () => Promise.resolve(undefined), forgetSecret: () => undefined },
      node: (node) => this.#nodes.get(node),
      guard: () => guard,
      recoveries: () => recoveries,
      remedy: remedyFor,
      connect: life.connect(adminConnector()),
      locks: new RecoveryLocks(client, 'operator', systemClock),
      isLeader,
      clock: systemClock,
      log: silent,
    });
    const deadline = AbortSignal.timeout(ENDS_WITHIN_MS);
    while (isLeader()) {
      deadline.throwIfAborted();
      const read = this.#client;
      recoveries = (await read.list<EtcdRecovery & KubeObject>(etcdRecoveryKind, { namespace })).items;
      const recovery = recoveries.find(({ metadata }) => metadata.name === name);
      if (!recovery) throw new Error(`there is no EtcdRecovery ${name}`);
      guard = await read.get<EtcdGuard & KubeObject>(etcdGuardKind, recovery.spec.guardName, namespace);
      const journal = await read.get(configMapKind, journalName(guard?.spec.statefulSetName ?? ''), namespace);
      if (hasEnded(recovery) && !journal) return recovery;
      await this.#approve(recovery);
      try {
        const againMs = await reconciler.reconcile(namespace, name, deadline);
        await new Promise((resolve) => setTimeout(resolve, Math.min(againMs ?? 0, LOOK_MS)));
      } catch (error) {
        if (error instanceof OperatorKilled) return undefined;
        // As the controller does: it looks again.
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    }
    return undefined;
  }

  /**
   * One operator after the other, each until it falls asleep: at the first change at which none before has. The last one
   * goes through to the end of the recovery.
   */
  async sleepAtEach(name: string): Promise<{ readonly recovery: EtcdRecovery; readonly sleepers: readonly Sleeper[] }> {
    const known = new Set<string>();
    const sleepers: Sleeper[] = [];
    for (;;) {
      const asleep = Promise.withResolvers<string>();
      const call = Promise.withResolvers<'lives'>();
      const changes: string[] = [];
      let awake = true;
      const life = this.live(
        name,
        (change) => {
          if (!awake || known.has(nameOf(change))) return 'lives';
          known.add(nameOf(change));
          awake = false;
          asleep.resolve(change.what);
          return call.promise;
        },
        changes,
      );
      const first = await Promise.race([life, asleep.promise]);
      if (first === undefined) throw new Error('an operator ended that nobody killed');
      if (typeof first !== 'string') return { recovery: first, sleepers };
      sleepers.push({
        at: first,
        wake: async () => {
          const before = changes.length;
          call.resolve('lives');
          await life;
          return changes.slice(before);
        },
      });
    }
  }

  async #approve({ metadata, spec, status }: EtcdRecovery): Promise<void> {
    const planHash = status?.planHash;
    if (status?.state !== 'AwaitingApproval' || planHash === undefined || planHash === spec.approval?.planHash) return;
    const patch = { spec: { approval: { planHash } } };
    await this.#client.mergePatch(etcdRecoveryKind, metadata.name, metadata.namespace, patch);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

/**
 * Each change kills two operators that are about to make it: one right before, the next one right after it was made.
 *
 * @param spared changes that kill nobody
 */
export function dyingAtEach(spared?: RegExp): Fate {
  const deaths = new Map<string, number>();
  return (change) => {
    if (spared?.test(change.what)) return 'lives';
    const name = nameOf(change);
    const before = deaths.get(name) ?? 0;
    deaths.set(name, before + 1);
    return before === 0 ? 'dies before' : before === 1 ? 'dies after' : 'lives';
  };
}

/** What makes a change another one: without times, revisions and versions, which differ with each attempt. */
function nameOf({ what, body }: Change): string {
  if (what.startsWith('etcd compact')) return 'etcd compact';
  if (what.startsWith('update Lease') || what.startsWith('create')) return what;
  if (what.startsWith('update ConfigMap')) return `${what} ${journalled(body)}`;
  if (what.startsWith('apply EtcdRecovery')) return `${what} ${told(body)}`;
  const { metadata: { resourceVersion: _, ...metadata } = {}, ...rest } = (body ?? {}) as {
    readonly metadata?: { readonly resourceVersion?: string };
  };
  return `${what} ${JSON.stringify({ ...rest, metadata })}`;
}

function journalled(body: object | undefined): string {
  const { data } = body as { readonly data?: Readonly<Record<string, string>> };
  const { steps, notes, changes, ending, replan } = JSON.parse(Object.values(data ?? {})[0] ?? '{}') as Journal;
  return [
    ...steps.map(({ name, state }) => `${name} ${state}`),
    ...Object.entries(notes).map(([key, note]) => `${key} ${Array.isArray(note) ? note.length : ''}`),
    ...changes.map(({ name }) => name),
    ending?.state ?? '',
    replan?.why ?? '',
  ].join();
}

function told(body: object | undefined): string {
  const { state, step, steps = [], temporaryChanges = [] } = (body as EtcdRecovery).status ?? {};
  return [state, step, ...steps.map((one) => `${one.name} ${one.state}`), ...temporaryChanges].join();
}

/** Plays a scenario while the installed operator rests: others take its place. */
export async function withoutOperator(scene: Scene, play: (lives: OperatorLives) => Promise<void>): Promise<void> {
  await scaleOperator(scene.cluster, 0);
  try {
    await using lives = await OperatorLives.open(scene);
    await play(lives);
  } finally {
    await scaleOperator(scene.cluster, 2);
  }
}
