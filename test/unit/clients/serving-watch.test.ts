import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { ServingWatch } from '../../e2e/support/serving-watch.ts';
import { until } from '../../support/until.ts';

const inRole = (code: number) => JSON.stringify({ state: 'OK', detail: [{ name: 'rootcoord', code }] });
const active = inRole(1);
const standby = inRole(3);

/** Plays a process that gives these answers one after the other, the last one for ever. */
async function play(answers: readonly string[]) {
  const asked: number[] = [];
  const server = createServer((_, response) => {
    response.end(answers[Math.min(asked.length, answers.length - 1)]);
    asked.push(Date.now());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { asked, port, close };
}

it('a container that comes back at the address of a killed ACTIVE and stands by there does not serve in the role', async () => {
  const process = await play([active, active, standby, active]);
  await using serving = new ServingWatch('127.0.0.1', 'rootcoord', process.port);
  await until('the process to stand by', () => process.asked.length >= 3);
  await process.close();
  expect(serving.servedMs).toBeLessThanOrEqual(process.asked[1] ?? 0);
  expect(process.asked).toHaveLength(3);
});

it('a process that still starts has not served yet, and one that refuses connections serves no more', async () => {
  const process = await play(['{"state":"OK","detail":null}', inRole(0), active]);
  await using serving = new ServingWatch('127.0.0.1', 'rootcoord', process.port);
  await until('the process to serve', () => process.asked.length >= 5);
  await process.close();
  expect(serving.servedMs).toBeGreaterThanOrEqual(process.asked.at(-2) ?? 0);
});

it('who works in another role does not serve in this one', async () => {
  const process = await play([active]);
  await using serving = new ServingWatch('127.0.0.1', 'querycoord', process.port);
  await until('the process to have answered', () => process.asked.length >= 2);
  await process.close();
  expect(() => serving.servedMs).toThrow('has not said that it serves');
});
