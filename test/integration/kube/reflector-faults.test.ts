import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from '@jest/globals';
import { until } from '../../support/until.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { FollowedCollection } from './followed-collection.ts';

let server: ApiServer;
let followed: FollowedCollection;

beforeAll(async () => {
  server = await startApiServer();
}, 120_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  followed = await FollowedCollection.of(server);
});
afterEach(async () => {
  await followed[Symbol.asyncDispose]();
});

const tooOld = JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired', message: 'too old' },
});

describe('a reflector behind a faulty network', () => {
  const faults: readonly [string, (changes: () => Promise<void>) => Promise<void> | void][] = [
    ['a clean end', () => followed.proxy.cut()],
    ['a reset', () => followed.proxy.reset()],
    ['an ERROR line with code 410', () => followed.proxy.inject(`${tooOld}\n`)],
    [
      'an ERROR line with code 500',
      () => followed.proxy.inject(`${tooOld.replace('410', '500').replace('Expired', 'Unknown')}\n`),
    ],
    ['a line of garbage', () => followed.proxy.inject('{"type":"ADD<html>\n')],
    ['an event of no known type', () => followed.proxy.inject('{"type":"SURPRISE","object":{}}\n')],
    ['an event cut in two', () => followed.proxy.truncateNextEvent()],
    [
      '410 to the next watch',
      () => {
        followed.proxy.answerNext({ code: 410, matches: ({ watch }) => watch });
        followed.proxy.cut();
      },
    ],
    [
      '410 and a list that fails, too',
      () => {
        followed.proxy.answerNext(
          { code: 410, matches: ({ watch }) => watch },
          { code: 410, matches: ({ watch }) => !watch },
          { code: 403, matches: ({ watch }) => !watch },
        );
        followed.proxy.cut();
      },
    ],
    [
      '429 with Retry-After to the next watch',
      () => {
        followed.proxy.answerNext({ code: 429, retryAfterSeconds: 1, matches: ({ watch }) => watch });
        followed.proxy.cut();
      },
    ],
    [
      '500, 503 and 504 to the next watches',
      () => {
        followed.proxy.answerNext({ code: 500 }, { code: 503 }, { code: 504 });
        followed.proxy.cut();
      },
    ],
    [
      'a page of HTML instead of an answer',
      () => {
        followed.proxy.answerNext({ code: 200, body: '<html>\n' }, { code: 502, body: '<html>' });
        followed.proxy.cut();
      },
    ],
    [
      'an API server that is killed and starts again',
      async (changeMeanwhile) => {
        await server.kill();
        await server.restart();
        await changeMeanwhile();
      },
    ],
    [
      'refused connections while things change',
      async (changeMeanwhile) => {
        followed.proxy.refuse();
        await changeMeanwhile();
        followed.proxy.allow();
      },
    ],
    [
      'watches that end as soon as they are open',
      async () => {
        followed.proxy.answerAlways({ code: 200, body: '', matches: ({ watch }) => watch });
        followed.proxy.cut();
        await until('several were tried', () => followed.watches >= 4);
        followed.proxy.answerAlways();
      },
    ],
  ];
  it.each(faults)(
    'finds the truth again after %s',
    async (_name, fault) => {
      await followed.follow();
      const meanwhile = { changed: false };
      await fault(async () => {
        meanwhile.changed = true;
        await followed.changeThings();
      });
      if (!meanwhile.changed) await followed.changeThings();
      await followed.expectTheTruth(30_000);
      await until('nothing is left of the failure', () => followed.reflector.status.failures === 0);
    },
    60_000,
  );

  it('finds a half-open watch and follows again', async () => {
    await followed.follow();
    followed.proxy.freeze();
    followed.proxy.thawForNewConnections();
    await followed.changeThings();
    await followed.expectTheTruth(45_000);
  }, 60_000);
});
