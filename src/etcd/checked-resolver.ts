import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { experimental, Metadata, status } from '@grpc/grpc-js';
import { limits } from '../base/limits.ts';
import { localKindOf } from './local-addresses.ts';

/** Targets with this scheme are resolved here: `checked-etcd:etcd.milvus.svc:2379`. */
export const CHECKED_SCHEME = 'checked-etcd';

/** Not sooner than this after the last look-up, milliseconds: gRPC asks at each failed connection. */
const LOOK_UP_EVERY_MS = 1_000;

type Listener = experimental.ResolverListener;

/**
 * Resolves names as gRPC's own resolver does, and hands on no address that {@link localKindOf} knows. What is checked is what
 * is dialled, at every look-up: a name that turns to another address later is refused then.
 */
class CheckedResolver implements experimental.Resolver {
  static getDefaultAuthority({ path }: experimental.GrpcUri): string {
    return path;
  }

  readonly #path: string;
  readonly #listener: Listener;
  #timer: NodeJS.Timeout | undefined;
  #lookedUpAtMs = -Infinity;
  /** Counts up when what is under way is no longer wanted. */
  #generation = 0;

  constructor({ path }: experimental.GrpcUri, listener: Listener) {
    this.#path = path;
    this.#listener = listener;
  }

  updateResolution(): void {
    if (this.#timer !== undefined) return;
    const dueMs = Math.max(0, this.#lookedUpAtMs + LOOK_UP_EVERY_MS - performance.now());
    const generation = this.#generation;
    this.#timer = setTimeout(() => void this.#lookUp(generation), dueMs);
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#generation++;
  }

  async #lookUp(generation: number): Promise<void> {
    this.#lookedUpAtMs = performance.now();
    const { host = '', port = 2379 } = experimental.splitHostPort(this.#path) ?? {};
    const found = await addressesOf(host);
    if (generation !== this.#generation) return;
    this.#timer = undefined;
    this.#listener(
      'refused' in found
        ? experimental.statusOrFromError({ code: status.UNAVAILABLE, details: found.refused, metadata: new Metadata() })
        : experimental.statusOrFromValue(found.addresses.map((address) => ({ addresses: [{ host: address, port }] }))),
      {},
      null,
      '',
    );
  }
}

async function addressesOf(
  host: string,
): Promise<{ readonly addresses: readonly string[] } | { readonly refused: string }> {
  try {
    const all = isIP(host) > 0 ? [host] : (await lookup(host, { all: true })).map(({ address }) => address);
    const local = all.map(localKindOf).find((kind) => kind !== undefined);
    if (local !== undefined) return { refused: notAllowed(host, local) };
    return { addresses: all.slice(0, limits.etcdAddresses) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { refused: `the name ${host} does not resolve${code}` };
  }
}

/** Says so, in words by which errors.ts knows it. */
export function notAllowed(host: string, kind: string): string {
  return `${host} is ${kind}, which is not allowed as an endpoint of an etcd`;
}

experimental.registerResolver(CHECKED_SCHEME, CheckedResolver);
