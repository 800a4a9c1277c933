import { describe, expect, it } from '@jest/globals';
import { serveHealth } from '../../../src/runtime/health.ts';
import type { HealthChecks } from '../../../src/runtime/health.ts';

const address = { host: '127.0.0.1', port: 0 };

async function get(checks: HealthChecks, path: string) {
  await using server = await serveHealth({ address, healthz: {}, readyz: checks });
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

const well = () => undefined;

describe('serveHealth', () => {
  it('answers ok in plain text while every check is well', async () => {
    expect(await get({ caches: well }, '/readyz')).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
      body: 'ok\n',
    });
  });

  it('is well where there is nothing to check', async () => {
    expect(await get({}, '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  it('lists the checks when asked to', async () => {
    expect(await get({ caches: well, election: well }, '/readyz?verbose')).toMatchObject({
      status: 200,
      body: '[+]caches ok\n[+]election ok\nreadyz check passed\n',
    });
  });

  it('answers 503 with the reason of what is not well', async () => {
    expect(await get({ caches: () => 'pods not listed yet', election: well }, '/readyz')).toMatchObject({
      status: 503,
      body: '[-]caches failed: pods not listed yet\n[+]election ok\nreadyz check failed\n',
    });
  });

  it('takes a check that throws for one that is not well', async () => {
    const broken = () => {
      throw new Error('boom');
    };
    expect(await get({ broken }, '/readyz')).toMatchObject({ status: 503, body: expect.stringContaining('boom') });
  });
});
