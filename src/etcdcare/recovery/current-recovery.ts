import type { EtcdRecovery, EtcdRecoveryStatus } from '../../api/etcd-recovery.ts';
import { recordFor } from './journal-proof.ts';
import type { Journal } from './journal.ts';
import type { Announce } from './run.ts';
import type { StatusWriter } from './status-writer.ts';

/** A recovery with the version of it that was last written, while its status is written again and again. */
export class CurrentRecovery {
  readonly #writer: StatusWriter;
  readonly #statefulSetName: string;
  readonly #signal: AbortSignal;
  #recovery: EtcdRecovery;

  constructor(recovery: EtcdRecovery, statefulSetName: string, writer: StatusWriter, signal: AbortSignal) {
    this.#recovery = recovery;
    this.#statefulSetName = statefulSetName;
    this.#writer = writer;
    this.#signal = signal;
  }

  get recovery(): EtcdRecovery {
    return this.#recovery;
  }

  /** @throws ApiError; isConflict: somebody wrote in between, look again. */
  async write(status: EtcdRecoveryStatus): Promise<void> {
    this.#recovery = await this.#writer.write(this.#recovery, status, this.#signal);
  }

  /**
   * What the journal is given to write with: the digest of each version is in the status before the version is written.
   *
   * @param statusFor what the status says besides.
   */
  announcing(statusFor: (recovery: EtcdRecovery, journal: Journal) => EtcdRecoveryStatus): Announce {
    return (journal, current, next) => this.announce(statusFor(this.#recovery, journal), current, next);
  }

  /** The same for one version; `current` undefined: it is the first. @throws ApiError */
  announce(status: EtcdRecoveryStatus, current: string | undefined, next: string): Promise<void> {
    const journal = recordFor(this.#statefulSetName, this.#recovery.status?.journal, current, next);
    return this.write({ ...status, journal });
  }
}
