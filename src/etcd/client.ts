import type { CallOptions } from '@grpc/grpc-js';
import { Range, type Etcd3, type IKeyValue, type IStatusResponse } from 'etcd3';
import { limits } from '../base/limits.ts';
import { alarmsIn } from './alarms.ts';
import type { EtcdConnection } from './connection.ts';
import { EtcdError } from './errors.ts';
import { headerFrom } from './header.ts';
import { Pages } from './pages.ts';
import type { EndpointStatus, EtcdClient, KeyValue, LeaseInfo } from './types.ts';

/** The calls of {@link EtcdClient} over a connection. */
export function createEtcdClient(connection: EtcdConnection): EtcdClient {
  return {
    range: (prefix, signal) => range(connection, prefix, signal),
    leaseTimeToLive: (lease, signal) => leaseTimeToLive(connection, lease, signal),
    leaseRevoke: (lease, signal) => leaseRevoke(connection, lease, signal),
    alarms: async (signal) =>
      alarmsIn((await connection.call({ what: 'asking for its alarms', send: statusOf }, signal)).errors),
    endpointStatuses: (signal) => endpointStatuses(connection, signal),
  };
}

async function range(connection: EtcdConnection, prefix: string, signal?: AbortSignal) {
  const { start, end } = Range.prefix(prefix);
  const what = `reading the keys below "${prefix}"`;
  const page = (key: Buffer, revision: string | undefined) =>
    connection.call(
      {
        what,
        send: (etcd, options) =>
          etcd.kv.range(
            { key, range_end: end, limit: limits.etcdPageKeys, ...(revision === undefined ? {} : { revision }) },
            options,
          ),
      },
      signal,
    );
  const untilMs = Date.now() + limits.etcdReadMs;
  const first = await page(start, undefined);
  const pages = new Pages(what, start, end);
  for (let { more, kvs } = first; ;) {
    const last = pages.add(kvs, more);
    if (!more) return { header: headerFrom(first.header), kvs: pages.all.map(keyValueFrom) };
    if (Date.now() > untilMs) throw pages.refused(`it took longer than ${limits.etcdReadMs} ms`);
    // The first key after the last one seen, at the revision of the first page.
    ({ more, kvs } = await page(Buffer.concat([last, Buffer.of(0)]), first.header.revision));
  }
}

async function leaseTimeToLive(connection: EtcdConnection, lease: bigint, signal?: AbortSignal): Promise<LeaseInfo> {
  const answer = await connection.call(
    {
      what: `reading what is left of lease ${hex(lease)}`,
      send: (etcd, options) => etcd.leaseClient.leaseTimeToLive({ ID: lease.toString(), keys: true }, options),
    },
    signal,
  );
  return {
    header: headerFrom(answer.header),
    ttlSeconds: Number(answer.TTL),
    grantedTTLSeconds: Number(answer.grantedTTL),
    keys: answer.keys.map((key) => key.toString()),
  };
}

async function leaseRevoke(connection: EtcdConnection, lease: bigint, signal?: AbortSignal): Promise<boolean> {
  try {
    await connection.call(
      {
        what: `revoking lease ${hex(lease)}`,
        send: (etcd, options) => etcd.leaseClient.leaseRevoke({ ID: lease.toString() }, options),
      },
      signal,
    );
    return true;
  } catch (error) {
    if (error instanceof EtcdError && error.code === 'LeaseNotFound') return false;
    throw error;
  }
}

async function endpointStatuses(connection: EtcdConnection, signal?: AbortSignal) {
  const call = { what: 'asking for its status', send: statusOf };
  const answers = await connection.callEach(call, signal);
  return answers.map((answer): EndpointStatus | { readonly endpoint: string; readonly error: Error } => {
    if ('error' in answer) return answer;
    const { header, version, leader, errors } = answer.answer;
    return { endpoint: answer.endpoint, header: headerFrom(header), version, leader: BigInt(leader), errors };
  });
}

const statusOf = (etcd: Etcd3, options: CallOptions): Promise<IStatusResponse> => etcd.maintenance.status(options);

function keyValueFrom({ key, value, create_revision, mod_revision, lease }: IKeyValue): KeyValue {
  return {
    key: key.toString(),
    value,
    createRevision: BigInt(create_revision),
    modRevision: BigInt(mod_revision),
    lease: BigInt(lease),
  };
}

/** As etcdctl writes lease IDs. */
function hex(lease: bigint): string {
  return lease.toString(16);
}
