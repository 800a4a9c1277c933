import type { CallOptions } from '@grpc/grpc-js';
import type { Etcd3 } from 'etcd3';

/** The part of etcd3's clients that all their methods go through. */
interface Executor {
  exec(service: string, method: string, request: object, options: CallOptions): Promise<unknown>;
}

/**
 * A call by its name in etcd's rpc.proto, the method in grpc-js' spelling: for what etcd3 1.1.2 lacks or spells wrong.
 */
export function rpc<Response>(
  service: 'KV' | 'Maintenance' | 'Cluster',
  method: string,
  request: object,
): (etcd: Etcd3, options: CallOptions) => Promise<Response> {
  return (etcd, options) => {
    const { client } = etcd.maintenance as unknown as { readonly client: Executor };
    return client.exec(service, method, request, options) as Promise<Response>;
  };
}
