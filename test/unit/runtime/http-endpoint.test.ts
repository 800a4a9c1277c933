import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { plain, serve } from '../../../src/runtime/http-endpoint.ts';
import type { PageHandler } from '../../../src/runtime/http-endpoint.ts';

const address = { host: '127.0.0.1', port: 0 };
const pages = new Map<string, PageHandler>([
  ['/page', () => Promise.resolve(plain(200, 'here'))],
  ['/broken', () => Promise.reject(new Error('boom'))],
]);

describe('serve', () => {
  it.each([
    ['GET', '/page', 200, 'here\n'],
    ['HEAD', '/page', 200, ''],
    ['GET', '/elsewhere', 404, 'not found\n'],
    ['POST', '/page', 405, 'only GET and HEAD\n'],
    ['GET', '/broken', 500, 'boom\n'],
    ['GET', '//', 404, 'not found\n'],
  ])('answers %s %s with %d', async (method, path, status, body) => {
    await using server = await serve(address, pages);
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    expect({ status: response.status, body: await response.text() }).toEqual({ status, body });
  });

  it('closes connections that nobody uses when it is disposed', async () => {
    const server = await serve(address, pages);
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket.resume(), 'close');
    await server[Symbol.asyncDispose]();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('fails where the port is taken', async () => {
    await using first = await serve(address, pages);
    await expect(serve({ ...address, port: first.port }, pages)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
