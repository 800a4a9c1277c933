import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioEtcd } from '../etcd.ts';

/** How often a process is asked, and how long it has to answer, milliseconds. */
const periodMs = 20;
const answerTimeoutMs = 500;

/** Where every Milvus process says how it is. */
const managementPort = 9091;

/**
 * Asks the holder of a role, all the while, whether it serves: a 2.3 that was told to stop serves nobody from then on, and
 * holds its key in etcd until the lease ends. So etcd alone does not show for how long a role is free.
 */
export class ServingProbe implements AsyncDisposable {
  readonly #url: string;
  readonly #stopping = new AbortController();
  readonly #asking: Promise<void>;
  #lastServedMs = Date.now();

  private constructor(host: string) {
    this.#url = `http://${host}:${managementPort}/healthz`;
    this.#asking = this.#ask();
  }

  /** Begins with the process that holds the role now. */
  static async start(etcd: ScenarioEtcd, role: string): Promise<ServingProbe> {
    const { Address: address } = (await etcd.json(`by-dev/meta/session/${role}`)) as { readonly Address: string };
    return new ServingProbe(address.slice(0, address.lastIndexOf(':')));
  }

  /** When the process was last asked and answered that it serves. */
  get lastServedMs(): number {
    return this.#lastServedMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const askedMs = Date.now();
      const serves = await fetch(this.#url, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]) })
        .then(async (answer) => answer.ok && (await answer.text()) === 'OK')
        .catch(() => false);
      if (serves) this.#lastServedMs = askedMs;
      await sleep(periodMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
