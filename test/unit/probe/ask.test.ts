import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { askProcess } from '../../../src/probe/ask.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closed(server);
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { readonly port: number }).port;
}

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
  });

/** A port that was in use and is not any more. */
async function refusingPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await closed(server);
  return port;
}

const signal = new AbortController().signal;
const http = (listener: RequestListener) => listening(createHttpServer(listener));
const open = () => listening(createServer((socket) => socket.destroy()));

async function askAt(management: number, port: number, clock = systemClock) {
  return askProcess({ host: '127.0.0.1', port }, clock, signal, management);
}

describe('asking a process of Milvus', () => {
  it('asks for JSON, on a connection that is not kept', async () => {
    const seen: unknown[] = [];
    const management = await http(({ url, headers }, response) => {
      seen.push([url, headers['content-type'], headers.connection]);
      response.end('{"state":"OK","detail":[{"name":"rootcoord","code":3}]}');
    });
    expect(await askAt(management, await open())).toEqual({ health: 'Standby', port: 'Open' });
    expect(seen).toEqual([['/healthz', 'application/json', 'close']]);
  });

  it('reads the answer of a process that is not well, which comes with status 500', async () => {
    const management = await http((_, response) => {
      response.statusCode = 500;
      response.end('{"state":"component rootcoord state is Abnormal","detail":[{"name":"rootcoord","code":2}]}');
    });
    expect(await askAt(management, await refusingPort())).toEqual({ health: 'Abnormal', port: 'Refused' });
  });

  it('tells that nobody listens at either port', async () => {
    expect(await askAt(await refusingPort(), await refusingPort())).toEqual({ health: 'Refused', port: 'Refused' });
  });

  it('takes a connection that is cut for no answer', async () => {
    const management = await http(({ socket }) => socket.destroy());
    expect(await askAt(management, await open())).toEqual({ health: 'Silent', port: 'Open' });
  });

  it('takes an answer without end for none', async () => {
    const management = await http((_, response) => {
      response.on('error', () => undefined);
      response.write('x'.repeat(20_000));
    });
    expect(await askAt(management, await open())).toEqual({ health: 'Silent', port: 'Open' });
  });

  it('takes a process that is frozen for silent after a second', async () => {
    const clock = new VirtualClock();
    const asked = Promise.withResolvers<undefined>();
    const management = await http(() => asked.resolve(undefined));
    const answer = askAt(management, await open(), clock);
    await asked.promise;
    await clock.advance(1_000);
    expect(await answer).toEqual({ health: 'Silent', port: 'Open' });
    expect(clock.pending).toBe(0);
  });

  it('takes an address that is none for silent', async () => {
    const answer = await askProcess({ host: 'not an address', port: 1 }, systemClock, signal);
    expect(answer).toEqual({ health: 'Silent', port: 'Silent' });
  });

  it('ends with the reason of a signal that is aborted', async () => {
    const stop = new AbortController();
    const management = await http(() => stop.abort(new Error('no longer of interest')));
    const port = await open();
    const asked = askProcess({ host: '127.0.0.1', port }, systemClock, stop.signal, management);
    await expect(asked).rejects.toThrow('no longer of interest');
  });
});
