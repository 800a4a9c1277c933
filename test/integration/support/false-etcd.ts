import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Server, ServerCredentials, type ServerDuplexStream, type UntypedHandleCall } from '@grpc/grpc-js';
import type * as protoLoader from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';

type Answer = (request: Readonly<Record<string, unknown>>) => object;

/** How far a flood of watch answers came. */
export interface Flood {
  /** Messages that were written. */
  readonly untilHeldUp: number;
  /** The client's side has held the stream up. */
  readonly held: boolean;
}

/** A gRPC server on 127.0.0.1 that speaks etcd's protocol and says what a test wants. */
export interface FalseEtcd extends AsyncDisposable {
  readonly endpoint: string;
  /** What a method of KV or Cluster answers. */
  on(method: 'Range' | 'MemberList', answer: Answer): void;
  /** The same, in the wire format. */
  onBytes(method: 'Range', answer: () => Buffer): void;
  /** Sends changes without end to each watch. */
  flood(): Flood;
}

/** Starts one. */
export async function startFalseEtcd(): Promise<FalseEtcd> {
  // etcd3's own loader and description of the protocol.
  const etcd3 = createRequire(import.meta.url).resolve('etcd3/package.json');
  const { loadSync } = createRequire(etcd3)('@grpc/proto-loader') as typeof protoLoader;
  const protos = join(dirname(etcd3), 'proto');
  const definition = loadSync(join(protos, 'rpc.proto'), {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
  });
  const answers = new Map<string, Answer>();
  const bytes = new Map<string, () => Buffer>();
  const flood = { untilHeldUp: 0, held: false, on: false };
  const service = (name: string): ServiceDefinition => {
    const methods = definition[`etcdserverpb.${name}`] as ServiceDefinition;
    return Object.fromEntries(
      Object.entries(methods).map(([method, spec]) => [
        method,
        {
          ...spec,
          responseSerialize: (value: object) => bytes.get(method)?.() ?? spec.responseSerialize(value),
        },
      ]),
    );
  };
  const unary = (method: string): UntypedHandleCall =>
    ((call: { readonly request: Readonly<Record<string, unknown>> }, done: (error: null, value: object) => void) =>
      done(null, answers.get(method)?.(call.request) ?? {})) as UntypedHandleCall;
  const watch = ((stream: ServerDuplexStream<unknown, object>) => {
    stream.on('error', () => undefined);
    stream.once('data', () => {
      stream.write({ created: true, compact_revision: '0', events: [] });
      const event = { kv: { key: Buffer.from('s/a'), value: Buffer.alloc(100) } };
      const more = (): void => {
        if (!flood.on || stream.cancelled) return;
        flood.untilHeldUp++;
        if (stream.write({ compact_revision: '0', events: [event] })) {
          setImmediate(more);
          return;
        }
        flood.held = true;
        stream.once('drain', more);
      };
      more();
    });
  }) as UntypedHandleCall;
  const server = new Server();
  server.addService(service('KV'), { Range: unary('Range') });
  server.addService(service('Cluster'), { MemberList: unary('MemberList') });
  server.addService(service('Watch'), { Watch: watch });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    endpoint: `127.0.0.1:${port}`,
    on: (method, answer) => void answers.set(method, answer),
    onBytes: (method, answer) => void bytes.set(method, answer),
    flood: () => {
      flood.on = true;
      return flood;
    },
    [Symbol.asyncDispose]: () => {
      flood.on = false;
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}
