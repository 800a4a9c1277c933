import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialReader } from '../../../src/kube/credentials.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function kubeconfig(cluster: object, user: object): Promise<string> {
  const path = join(folder, 'config');
  const config = {
    clusters: [{ name: 'c', cluster: { server: 'https://api.example:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

describe('credentials', () => {
  it('hold the server, a bearer token and what TLS needs', async () => {
    await writeFile(join(folder, 'ca.crt'), 'a CA');
    const path = await kubeconfig(
      { 'certificate-authority': 'ca.crt', 'tls-server-name': 'kube' },
      { token: 'secret' },
    );
    const { server, headers, tls, proxyUrl } = await new CredentialReader(
      { kubeconfig: path },
      new VirtualClock(),
    ).current();
    expect([server, headers, proxyUrl]).toEqual([
      'https://api.example:6443',
      { authorization: 'Bearer secret' },
      undefined,
    ]);
    expect([String(tls.ca), tls.servername, tls.rejectUnauthorized]).toEqual(['a CA', 'kube', undefined]);
  });

  it('pick up a new CA file within 10 s, not at every call', async () => {
    const ca = join(folder, 'ca.crt');
    await writeFile(ca, 'old');
    const clock = new VirtualClock();
    const reader = new CredentialReader({ kubeconfig: await kubeconfig({ 'certificate-authority': ca }, {}) }, clock);
    const caNow = async (): Promise<string> => String((await reader.current()).tls.ca);
    expect(await caNow()).toBe('old');
    await writeFile(ca, 'new');
    expect(await caNow()).toBe('old');
    await clock.advance(10_001);
    expect(await caNow()).toBe('new');
  });

  it('are read again at once when they were not accepted', async () => {
    const reader = new CredentialReader({ kubeconfig: await kubeconfig({}, { token: 'old' }) }, new VirtualClock());
    expect((await reader.current()).headers.authorization).toBe('Bearer old');
    await kubeconfig({}, { token: 'new' });
    reader.forget();
    expect((await reader.current()).headers.authorization).toBe('Bearer new');
  });

  it('cannot be read from a kubeconfig that names no cluster or a SOCKS proxy', async () => {
    const clock = new VirtualClock();
    const path = await kubeconfig({}, {});
    expect(() => new CredentialReader({ kubeconfig: path, context: 'none' }, clock)).toThrow('names no cluster');
    const socks = await kubeconfig({ 'proxy-url': 'socks5://p:1' }, {});
    expect(() => new CredentialReader({ kubeconfig: socks }, clock)).toThrow('SOCKS is not supported');
  });
});
