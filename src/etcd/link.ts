import { createSecureContext } from 'node:tls';
import { Channel, ChannelCredentials, type ChannelOptions, type ClientOptions } from '@grpc/grpc-js';
import { noop } from 'cockatiel';
import { Etcd3, type IOptions } from 'etcd3';
import { limits } from '../base/limits.ts';
import { withBoundedAnswers } from './bounded-answers.ts';
import { CHECKED_SCHEME } from './checked-resolver.ts';
import type { EtcdTarget } from './types.ts';

/**
 * How gRPC keeps a connection. etcd answers pings more often than every 5 s with GOAWAY (--grpc-keepalive-min-time), so
 * a dead peer is found in 13 s at best. Held against a real etcd, a hundred times faster, in test/integration/etcd/keepalive.test.ts.
 */
export const channelOptions: ChannelOptions = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
  // etcd counts pings without a call as abuse and ends the connection after a few (enforcement policy of 3.4 to 3.6).
  'grpc.keepalive_permit_without_calls': 0,
  'grpc.max_receive_message_length': limits.etcdMessageBytes,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // etcd pods get new addresses; the default waits 30 s before it asks DNS again.
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  'grpc.service_config_disable_resolution': 1,
  // An HTTP_PROXY meant for the internet would swallow the way to etcd.
  'grpc.enable_http_proxy': 0,
  'grpc.enable_channelz': 0,
};

/** Hands out a number of its own to each link. */
export type LinkNumbers = () => number;

/** Counts from 1. */
export function countLinks(): LinkNumbers {
  let last = 0;
  return () => ++last;
}

/**
 * One connection to one endpoint: an etcd3 client whose own breaker, retries and login are off (they belong to
 * {@link EtcdConnection}). Once closed, its streams end and it is never used again.
 */
export class Link implements Disposable {
  readonly endpoint: string;
  readonly etcd: Etcd3;
  readonly #closing = new AbortController();

  /** @throws Error of OpenSSL when a PEM text doesn't parse. */
  constructor(target: EtcdTarget, endpoint: string, number: number) {
    this.endpoint = endpoint;
    this.etcd = new Etcd3({
      hosts: [target.refusesLocal ? `${CHECKED_SCHEME}:${endpoint}` : endpoint],
      ...credentials(target),
      grpcOptions: {
        ...channelOptions,
        ...serverName(target),
        ...minVersion(target),
        ...withBoundedAnswers,
        // grpc-js pools connections by options; a number of its own keeps this link off a pooled one that hangs.
        'coordinator-pair.link': number,
      },
      faultHandling: { host: () => noop, global: noop },
    });
  }

  /** Aborted when the link is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  [Symbol.dispose](): void {
    this.#closing.abort(new Error(`the connection to ${this.endpoint} was given up`));
    this.etcd.close();
  }
}

function credentials({ tls }: EtcdTarget): Pick<IOptions, 'credentials'> {
  if (tls === undefined) return {};
  const { ca, cert, key } = tls;
  return {
    credentials: {
      // gRPC takes the system's authorities when there is none, which etcd3's type does not know.
      rootCertificate: (ca === undefined ? null : Buffer.from(ca)) as Buffer,
      ...(key === undefined ? {} : { privateKey: Buffer.from(key) }),
      ...(cert === undefined ? {} : { certChain: Buffer.from(cert) }),
    },
  };
}

/** etcd3 has no setting for it, and gRPC none but a context of one's own: the channel is then made with that. */
function minVersion({ tls }: EtcdTarget): Pick<ClientOptions, 'channelFactoryOverride'> {
  if (tls?.minVersion === undefined) return {};
  const { ca, cert, key, minVersion: lowest } = tls;
  const context = createSecureContext({
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    minVersion: lowest,
  });
  const secured = ChannelCredentials.createFromSecureContext(context);
  return { channelFactoryOverride: (address, _given, options) => new Channel(address, secured, options) };
}

function serverName({ tls }: EtcdTarget): ChannelOptions {
  if (tls?.serverName === undefined) return {};
  return { 'grpc.ssl_target_name_override': tls.serverName, 'grpc.default_authority': tls.serverName };
}
