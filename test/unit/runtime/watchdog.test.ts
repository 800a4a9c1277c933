import { statSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../../src/base/log.ts';
import { Watchdog } from '../../../src/runtime/watchdog.ts';
import { until } from '../../support/until.ts';

describe('a watchdog', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchdog-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Holds the loop up until somebody else has written to the file. */
  function standStill(file: string, stallMs: number): void {
    const wait = new Int32Array(new SharedArrayBuffer(4));
    // A busy machine starts threads slowly: as many tries as it takes, each of them a stall.
    for (let tries = 0; tries < 200 && statSync(file).size === 0; tries++) Atomics.wait(wait, 0, 0, stallMs);
  }

  it('names what was under way while the loop stood still, and tells how long that was', async () => {
    const path = join(folder, 'log');
    await using file = await open(path, 'w');
    const stalls: number[] = [];
    await using watchdog = new Watchdog({
      log: silent,
      onStall: (stalledMs) => stalls.push(stalledMs),
      stallMs: 100,
      output: file.fd,
    });
    const waiting = Promise.withResolvers<undefined>();
    const first = watchdog.during('pair team-a/rootcoord', () => waiting.promise);
    await watchdog.during('guard team-b/etcd', () => {
      standStill(path, 150);
      return Promise.resolve();
    });
    await until('the stall to be counted', () => stalls.length > 0, { timeoutMs: 20_000 });
    waiting.resolve(undefined);
    await first;
    const [line = ''] = (await readFile(path, 'utf8')).split('\n');
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      msg: expect.stringContaining('the event loop stands still') as unknown,
      underWay: ['guard team-b/etcd', 'pair team-a/rootcoord'],
    });
    expect(stalls.every((ms) => ms > 100)).toBe(true);
  });
});
