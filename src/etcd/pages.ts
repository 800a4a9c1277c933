import type { IKeyValue } from 'etcd3';
import { limits } from '../base/limits.ts';
import { EtcdError } from './errors.ts';

/**
 * The pages of one read, put together. What answers need not be an etcd: pages that never end, go back or hold what was
 * not asked for end the read.
 */
export class Pages {
  readonly all: IKeyValue[] = [];
  readonly #what: string;
  readonly #end: Buffer;
  #last: Buffer;
  #bytes = 0;

  /** @param start - the first key asked for. @param end - the key after the last one. */
  constructor(what: string, start: Buffer, end: Buffer) {
    this.#what = what;
    this.#last = start;
    this.#end = end;
  }

  /**
   * Takes a page.
   *
   * @param more - whether it says that others follow.
   * @returns the last key.
   * @throws EtcdError when it is none, or one too many.
   */
  add(page: readonly IKeyValue[], more: boolean): Buffer {
    for (const kv of page) {
      const isFirst = this.all.length === 0;
      const order = Buffer.compare(kv.key, this.#last);
      if (order < 0 || (order === 0 && !isFirst)) throw this.refused('the keys are in no order');
      if (Buffer.compare(kv.key, this.#end) >= 0) throw this.refused('it holds keys that were not asked for');
      this.#last = kv.key;
      this.#bytes += kv.key.length + kv.value.length;
      this.all.push(kv);
    }
    if (page.length === 0 && more) throw this.refused('a page is empty and others follow');
    if (this.all.length > limits.sessionKeys) throw this.refused(`there are more than ${limits.sessionKeys} keys`);
    if (this.#bytes > limits.sessionBytes) throw this.refused(`they hold more than ${limits.sessionBytes} bytes`);
    return this.#last;
  }

  /** The error for an answer that goes beyond what is read. */
  refused(why: string): EtcdError {
    const message = `${this.#what} was given up: ${why}. Check that the endpoints are those of Milvus' etcd, and what is below that path.`;
    return new EtcdError('Other', message, { retryable: true });
  }
}
