import { isDeepStrictEqual } from 'node:util';
import type { ConnectMember, EtcdMemberClient } from '../etcd/member-client.ts';
import type { EtcdTarget } from '../etcd/types.ts';
import type { HashComparison } from './facts.ts';
import type { LogLine } from './log-lines.ts';

/** What the operator holds of one etcd between two looks. Nothing in it is truth: all can be found out again. */
export class GuardMemory implements Disposable {
  readonly #connect: ConnectMember;
  readonly #clients = new Map<string, { readonly target: EtcdTarget; readonly client: EtcdMemberClient }>();
  readonly #logs = new Map<string, readonly LogLine[]>();
  #missingSince: Date | undefined;
  /**
   * The last comparison of what the members hold, when it was (monotonic milliseconds and wall clock), and which member of
   * which cluster was in each pod.
   */
  hashes:
    | {
        readonly atMs: number;
        readonly time: Date;
        readonly members: ReadonlyMap<string, string>;
        readonly comparison: HashComparison | undefined;
      }
    | undefined;

  constructor(connect: ConnectMember) {
    this.#connect = connect;
  }

  /** The client of the member in a pod; one that went elsewhere or with other credentials is closed. */
  client(podName: string, target: EtcdTarget): EtcdMemberClient {
    const known = this.#clients.get(podName);
    if (known && isDeepStrictEqual(known.target, target)) return known.client;
    known?.client[Symbol.dispose]();
    const client = this.#connect(target);
    this.#clients.set(podName, { target, client });
    return client;
  }

  /** Closes the clients of all other pods. */
  keepClients(podNames: readonly string[]): void {
    for (const [podName, { client }] of this.#clients) {
      if (podNames.includes(podName)) continue;
      client[Symbol.dispose]();
      this.#clients.delete(podName);
    }
  }

  /** What a container wrote that has ended: it writes no more, so it is read once. */
  async logOf(containerID: string, read: () => Promise<readonly LogLine[]>): Promise<readonly LogLine[]> {
    const known = this.#logs.get(containerID);
    if (known) return known;
    const lines = await read();
    if (lines.length > 0) this.#logs.set(containerID, lines);
    return lines;
  }

  /** Forgets what all other containers wrote. */
  keepLogs(containerIDs: readonly string[]): void {
    for (const id of this.#logs.keys()) if (!containerIDs.includes(id)) this.#logs.delete(id);
  }

  /** A comparison tells nothing of members that have taken the place of others, nor of what a repair has put in place. */
  dropHashes(members: ReadonlyMap<string, string>, repairedAt: Date | undefined): void {
    if (!this.hashes) return;
    const { time, members: compared } = this.hashes;
    const isOther = [...members].some(([pod, identity]) => (compared.get(pod) ?? identity) !== identity);
    if (isOther || (repairedAt && repairedAt >= time)) this.hashes = undefined;
  }

  /** Since when pods of the StatefulSet are missing. */
  missingSince(missing: boolean, now: Date): Date | undefined {
    this.#missingSince = missing ? (this.#missingSince ?? now) : undefined;
    return this.#missingSince;
  }

  [Symbol.dispose](): void {
    this.keepClients([]);
    this.#logs.clear();
  }
}
