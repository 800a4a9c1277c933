import type { EtcdGuard } from '../../../../src/api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery } from '../../../../src/api/etcd-recovery.ts';
import { etcdGuardKind, etcdRecoveryKind } from '../../../../src/api/names.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { silent } from '../../../../src/base/log.ts';
import { adminConnector } from '../../../../src/etcd/member-admin.ts';
import { RecoveryLocks } from '../../../../src/etcdcare/recovery/lock.ts';
import { RecoveryReconciler } from '../../../../src/etcdcare/recovery/reconciler.ts';
import type { Remedy } from '../../../../src/etcdcare/recovery/remedy.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { configMapKind } from '../../../../src/kube/kinds.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import type { PodLogs } from '../../../../src/kube/pod-logs.ts';
import { repeatUntil } from '../../../support/until.ts';
import { reachable, type GuardedEtcd } from '../guarded-etcd.ts';
import { fateOf, OperatorKilled, OperatorLife, type CrashPoint } from '../../../support/mortality.ts';

/** A real client of the API server. */
export type RealClient = KubeClient & PodLogs;

/** One operator after the other, over the same etcd, each until it is killed. */
export class Operators {
  readonly #world: GuardedEtcd;
  readonly #client: RealClient;
  readonly #remedy: Remedy;
  /** `verb Kind name` of everything that was done. */
  readonly changes: string[] = [];

  constructor(world: GuardedEtcd, client: RealClient, remedy: Remedy) {
    this.#world = world;
    this.#client = client;
    this.#remedy = remedy;
  }

  /** An operator looks at a recovery until it has ended, or the operator has. */
  live(name: string, crash?: CrashPoint): Promise<EtcdRecovery | undefined> {
    return this.until(name, 'Forgotten', crash);
  }

  /**
   * The same, until the recovery is as it is said: ended; ended, with its journal gone; gone itself; or waiting for
   * somebody.
   *
   * @returns undefined where the operator has ended, or the recovery is gone.
   */
  async until(
    name: string,
    as: 'Ended' | 'Forgotten' | 'Gone' | 'Waiting',
    crash?: CrashPoint,
  ): Promise<EtcdRecovery | undefined> {
    const life = new OperatorLife(this.changes, fateOf(crash));
    const client = life.client(this.#client);
    // More is played here than the guard's budget of a day lets begin by itself.
    const forgotten = { status: { automaticRuns: [] } };
    await this.#client.mergePatch(etcdGuardKind, 'etcd', 'default', forgotten, { subresource: 'status' });
    const guard = await this.#client.get<EtcdGuard & KubeObject>(etcdGuardKind, 'etcd', 'default');
    // The same replica comes back: what another one may take over only after a minute is tried elsewhere.
    const locks = new RecoveryLocks(client, 'operator', systemClock);
    const connect = adminConnector();
    using reconciler = new RecoveryReconciler({
      client,
      watchNamespaces: [],
      secrets: { secret: () => Promise.resolve(undefined), forgetSecret: () => undefined },
      node: () => undefined,
      guard: () => guard,
      recoveries: () => [],
      remedy: () => this.#remedy,
      connect: life.connect((target) => connect(reachable(target, this.#world.etcd))),
      locks,
      isLeader: () => true,
      clock: systemClock,
      log: silent,
    });
    const ended = await repeatUntil(
      `${name} to end`,
      async () => {
        try {
          await reconciler.reconcile('default', name, AbortSignal.timeout(60_000));
        } catch (error) {
          if (error instanceof OperatorKilled) return 'killed';
          throw error;
        }
        const recovery = await this.read(name);
        const journal = await this.#client.get(configMapKind, 'etcd-recovery-etcd', 'default');
        switch (as) {
          case 'Ended':
            return recovery && hasEnded(recovery) && recovery;
          case 'Forgotten':
            return recovery && hasEnded(recovery) && !journal && recovery;
          case 'Gone':
            return !recovery && 'gone';
          case 'Waiting':
            return recovery?.status?.message?.startsWith('waits') && recovery;
        }
      },
      { timeoutMs: 20_000 },
    );
    return typeof ended === 'string' ? undefined : ended;
  }

  read(name: string): Promise<EtcdRecovery | undefined> {
    return this.#client.get<EtcdRecovery & KubeObject>(etcdRecoveryKind, name, 'default');
  }
}
