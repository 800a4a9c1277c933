import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { useApiServer, type SharedApiServer } from '../support/shared-api-server.ts';
import { installCrds } from '../support/crds.ts';
import { dryRun, pair } from './pairs.ts';

let server: SharedApiServer;

beforeAll(async () => {
  server = await useApiServer();
  await installCrds(server, 'coordinatorpairs');
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const asking = (cpu: unknown) => pair({ pod: { resources: { requests: { cpu }, limits: { cpu } } } });

describe('an amount in pod.resources', () => {
  it.each([0, 1, 0.5, 1.25, 1e-3, 1e21, '500m', '0.5', '2', '1e3', '1.5Gi'])(
    'may be %p, as in a pod',
    async (amount) => {
      expect(await dryRun(server, asking(amount))).toHaveProperty('spec.pod.resources', {
        requests: { cpu: amount },
        limits: { cpu: amount },
      });
    },
  );

  it.each([
    ['a word', 'much'],
    ['nothing', ''],
    ['a unit that does not exist', '1Xi'],
    ['a negative number', -1],
    ['a negative fraction', -0.5],
    ['a negative text', '-1'],
    ['a text of more than 32 characters', '1'.repeat(33)],
    ['a boolean', true],
    ['an object', { of: 1 }],
    ['an empty object', {}],
    ['a list', [1]],
    ['an empty list', []],
  ])('is refused where it is %s', async (_about, amount) => {
    const answer = await dryRun(server, asking(amount));
    expect(answer).toContain('spec.pod.resources.requests.cpu');
    expect(answer).toContain('spec.pod.resources.limits.cpu');
  });

  it('that is null counts as not given', async () => {
    expect(await dryRun(server, asking(null))).toHaveProperty('spec.pod.resources', { requests: {}, limits: {} });
  });
});
