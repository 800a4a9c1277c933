import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of one port, for breaking connections at will. */
export interface TcpProxy extends AsyncDisposable {
  /** `<host>:<port>`. */
  readonly endpoint: string;
  /** Connections open now. */
  readonly open: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Breaks every open connection; new ones pass. */
  cut(): void;
  /** From now on every open connection is half-open: it stays, and nothing passes any more. New ones pass. */
  hold(): void;
  /** Called for each piece the server sends, before it is passed on. */
  onServerData: (() => void) | undefined;
}

/** Listens on a free port of `host` and passes everything to `127.0.0.1:<upstreamPort>`. */
export async function startTcpProxy(upstreamPort: number, host = '127.0.0.1'): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let accepted = 0;

  const server = createServer((client) => {
    accepted++;
    const upstream = connect(upstreamPort, '127.0.0.1');
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = () => {
      if (held.has(pair)) return;
      client.destroy();
      upstream.destroy();
      pairs.delete(pair);
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    client.on('data', (data) => {
      if (!held.has(pair)) upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (held.has(pair)) return;
      proxy.onServerData?.();
      if (!client.destroyed) client.write(data);
    });
  });
  const held = new WeakSet<readonly [Socket, Socket]>();

  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  const destroyAll = (): void => {
    for (const [client, upstream] of pairs) {
      client.destroy();
      upstream.destroy();
    }
    pairs.clear();
  };
  const proxy: TcpProxy = {
    endpoint: `${host.includes(':') ? `[${host}]` : host}:${String(address.port)}`,
    onServerData: undefined,
    get open() {
      return [...pairs].filter(([client]) => !client.destroyed).length;
    },
    get accepted() {
      return accepted;
    },
    cut: destroyAll,
    hold() {
      for (const pair of pairs) held.add(pair);
    },
    async [Symbol.asyncDispose]() {
      destroyAll();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
  return proxy;
}
