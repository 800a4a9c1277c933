import type { EtcdRecovery } from '../../api/etcd-recovery.ts';
import { GuardMemory } from '../memory.ts';
import { Members } from './members.ts';
import type { RecoveryReconcilerOptions } from './options.ts';

/** What is held of an etcd while a recovery is at it. Nothing in it is truth. */
interface Held {
  readonly memory: GuardMemory;
  readonly members: Members;
}

/** The connections of each recovery that is not over. */
export class Etcds implements Disposable {
  readonly #options: Pick<RecoveryReconcilerOptions, 'connect' | 'secrets'>;
  readonly #held = new Map<string, Held>();

  constructor(options: Pick<RecoveryReconcilerOptions, 'connect' | 'secrets'>) {
    this.#options = options;
  }

  of({ metadata: { namespace, name } }: EtcdRecovery): Held {
    const key = `${namespace}/${name}`;
    const { connect, secrets } = this.#options;
    const held = this.#held.get(key) ?? { memory: new GuardMemory(connect), members: new Members(connect, secrets) };
    this.#held.set(key, held);
    return held;
  }

  /** Closes what is open for one. */
  forget(namespace: string, name: string): void {
    const held = this.#held.get(`${namespace}/${name}`);
    held?.memory[Symbol.dispose]();
    held?.members[Symbol.dispose]();
    this.#held.delete(`${namespace}/${name}`);
  }

  [Symbol.dispose](): void {
    for (const { memory, members } of this.#held.values()) {
      memory[Symbol.dispose]();
      members[Symbol.dispose]();
    }
    this.#held.clear();
  }
}
