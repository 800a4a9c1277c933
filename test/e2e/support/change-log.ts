import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject, ResourceKind } from '../../../src/kube/objects.ts';
import { until, type UntilOptions } from '../../support/until.ts';

interface Change<T> {
  /** When it was seen, by this machine's wall clock. */
  readonly atMs: number;
  readonly deleted: boolean;
  readonly object: T;
}

/** Records what becomes of the objects of one kind in a namespace, so that moments can be told afterwards. */
export class ChangeLog<T extends KubeObject> implements Disposable {
  readonly #changes: Change<T>[] = [];
  readonly #stop = new AbortController();
  #broken: unknown;

  /** Starts recording: the objects there are, then every change. */
  static async start<T extends KubeObject>(
    client: KubeClient,
    kind: ResourceKind,
    namespace: string,
  ): Promise<ChangeLog<T>> {
    const log = new ChangeLog<T>();
    const { items, metadata } = await client.list<T>(kind, { namespace });
    for (const object of items) log.#changes.push({ atMs: Date.now(), deleted: false, object });
    log.#record(client, kind, namespace, metadata.resourceVersion).catch((error: unknown) => (log.#broken = error));
    return log;
  }

  /**
   * Waits until the objects are as described at some moment not before `sinceMs`.
   * @returns milliseconds from `sinceMs` to the first such moment.
   */
  async untilSo(
    sinceMs: number,
    what: string,
    isSo: (objects: readonly T[]) => boolean,
    options?: UntilOptions,
  ): Promise<number> {
    const moment = await until(
      what,
      () => {
        if (this.#broken !== undefined) throw new Error('the watch broke', { cause: this.#broken });
        const atMs = this.#firstMoment(sinceMs, isSo);
        return atMs === undefined ? undefined : { atMs };
      },
      options,
    );
    return moment.atMs - sinceMs;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  #firstMoment(sinceMs: number, isSo: (objects: readonly T[]) => boolean): number | undefined {
    const present = new Map<string, T>();
    for (const [index, { atMs, deleted, object }] of this.#changes.entries()) {
      if (deleted) present.delete(object.metadata.name);
      else present.set(object.metadata.name, object);
      const lastsUntil = this.#changes[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
      if (lastsUntil > sinceMs && isSo([...present.values()])) return Math.max(atMs, sinceMs);
    }
    return undefined;
  }

  /** One watch after the other, each from where the last one ended: a watch lasts half a minute. */
  async #record(client: KubeClient, kind: ResourceKind, namespace: string, since: string): Promise<void> {
    const { signal } = this.#stop;
    let resourceVersion = since;
    try {
      while (!signal.aborted)
        for await (const event of client.watch<T>(kind, { namespace, resourceVersion, signal })) {
          if (event.type === 'BOOKMARK') {
            ({ resourceVersion } = event);
            continue;
          }
          ({ resourceVersion } = event.object.metadata);
          this.#changes.push({ atMs: Date.now(), deleted: event.type === 'DELETED', object: event.object });
        }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
