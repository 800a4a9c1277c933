import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../../src/kube/core-types.ts';
import { etcdTarget } from '../../../src/pair/etcd-target.ts';
import { aPair } from './support/pair.ts';

const etcd = { rootPath: 'by-dev', metaSubPath: 'meta', kvSubPath: 'kv' };
const secret = (texts: Readonly<Record<string, string>>): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'any' },
  data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});
const login = secret({ username: 'root', password: 'geheim-ä' });
const certificates = secret({ 'ca.crt': 'CA', 'tls.crt': 'CERT', 'tls.key': 'KEY' });
const targetOf = (endpoints: string[]) => etcdTarget(aPair({ spec: { etcd: { ...etcd, endpoints } } }), {});

describe('where the operator finds the etcd of a pair', () => {
  it.each([
    ['my-release-etcd:2379', 'my-release-etcd.milvus.svc:2379', false],
    ['etcd-0.etcd.milvus.svc.cluster.local:2379', 'etcd-0.etcd.milvus.svc.cluster.local:2379', false],
    ['etcd-0.etcd.other.svc:2379', 'etcd-0.etcd.other.svc:2379', true],
    ['milvus.svc.example.com:2379', 'milvus.svc.example.com:2379', true],
    ['10.0.0.5:2379', '10.0.0.5:2379', true],
    ['[fd00::1]:2379', '[fd00::1]:2379', true],
  ])('%s is dialled as %s', (written, dialled, isElsewhere) => {
    expect(targetOf([written])).toEqual({
      target: { endpoints: [dialled], refusesLocal: true, ...(isElsewhere ? { isElsewhere } : {}) },
    });
  });

  it.each([
    ['localhost:2379', 'a loopback address'],
    ['127.0.0.1:2379', 'a loopback address'],
    ['127.9.9.9:2379', 'a loopback address'],
    ['[::1]:2379', 'a loopback address'],
    ['[::ffff:127.0.0.1]:2379', 'a loopback address'],
    ['0.0.0.0:2379', 'an unspecified address'],
    ['169.254.169.254:80', 'a link-local address'],
    ['[fe80::1]:2379', 'a link-local address'],
    ['[::ffff:169.254.169.254]:80', 'a link-local address'],
    ['[fd00:ec2::254]:80', 'the address of a metadata service'],
    ['100.100.100.200:80', 'the address of a metadata service'],
    ['168.63.129.16:80', 'the address of a metadata service'],
    ['224.0.0.1:2379', 'a multicast address'],
  ])('%s is not dialled: it is %s', (endpoint, kind) => {
    expect(targetOf(['etcd:2379', endpoint])).toEqual({
      reason: 'EndpointNotAllowed',
      problem: expect.stringContaining(kind) as unknown,
    });
    const pair = aPair({ spec: { etcd: { ...etcd, endpoints: [endpoint] } } });
    const allowing = { allowLocal: true, allowPlainPasswords: false };
    expect(etcdTarget(pair, {}, allowing)).toMatchObject({ target: { endpoints: [endpoint] } });
  });

  it('sends a password without TLS to a Service of the own namespace alone', () => {
    const pairAt = (endpoint: string) =>
      aPair({ spec: { etcd: { ...etcd, endpoints: [endpoint], auth: { secretName: 'login' } } } });
    const refused = { reason: 'EndpointNotAllowed', problem: expect.stringContaining('without TLS') as unknown };
    for (const endpoint of ['etcd:2379', 'etcd.milvus.svc:2379', 'etcd-0.etcd.milvus.svc.cluster.local:2379'])
      expect(etcdTarget(pairAt(endpoint), { auth: login })).toMatchObject({ target: { auth: { username: 'root' } } });
    for (const endpoint of ['etcd-0.etcd:2379', 'etcd.other.svc:2379', '10.0.0.5:2379', 'etcd.example.com:2379']) {
      expect(etcdTarget(pairAt(endpoint), { auth: login })).toEqual(refused);
      expect(etcdTarget(pairAt(endpoint), { auth: login, tls: certificates })).toMatchObject({ target: {} });
      const allowing = { allowLocal: false, allowPlainPasswords: true };
      expect(etcdTarget(pairAt(endpoint), { auth: login }, allowing)).toMatchObject({ target: {} });
    }
  });

  it.each([
    ['TLS1.2', 'TLSv1.2'],
    ['TLS1.3', 'TLSv1.3'],
    [undefined, undefined],
  ] as const)('takes %s as the lowest version of TLS', (written, minVersion) => {
    const tls = { secretName: 'tls', ...(written === undefined ? {} : { minVersion: written }) };
    const pair = aPair({ spec: { etcd: { ...etcd, endpoints: ['etcd:2379'], tls } } });
    const result = etcdTarget(pair, { tls: certificates });
    expect('target' in result ? result.target.tls?.minVersion : result).toBe(minVersion);
  });

  it('logs in with what the Secret holds', () => {
    const pair = aPair({ spec: { etcd: { ...etcd, endpoints: ['e:2379'], auth: { secretName: 'login' } } } });
    expect(etcdTarget(pair, { auth: login })).toMatchObject({
      target: { auth: { username: 'root', password: 'geheim-ä' } },
    });
  });

  it.each<[string, string[], string | undefined, string | undefined]>([
    ['the host as written', ['my-release-etcd:2379'], undefined, 'my-release-etcd'],
    ['the host as written, for several ports of it', ['e:2379', 'e:2380'], undefined, 'e'],
    ['an address as dialled, without the brackets of IPv6', ['[fd00::1]:2379'], undefined, undefined],
    ['each host as dialled when they differ', ['a:2379', 'b:2379'], undefined, undefined],
    ['the name the spec gives', ['a:2379', 'b:2379'], 'etcd.example.com', 'etcd.example.com'],
  ])('verifies %s', (_, endpoints, serverName, expected) => {
    const tls = { secretName: 'tls', ...(serverName === undefined ? {} : { serverName }) };
    const found = etcdTarget(aPair({ spec: { etcd: { ...etcd, endpoints, tls } } }), { tls: certificates });
    const shown = 'target' in found ? found.target.tls : undefined;
    expect(shown).toEqual({
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
      ...(expected === undefined ? {} : { serverName: expected }),
    });
  });

  it.each<[string, object, object, RegExp]>([
    [
      'its Secret is not there',
      { auth: { secretName: 'login' } },
      {},
      /spec\.etcd\.auth\.secretName: Secret login does not exist.*username, password/,
    ],
    [
      'its Secret lacks a key',
      { auth: { secretName: 'login' } },
      { auth: secret({ username: 'root' }) },
      /Secret login lacks the keys password/,
    ],
    [
      'a key is empty',
      { auth: { secretName: 'login' } },
      { auth: secret({ username: 'root', password: '' }) },
      /lacks the keys password/,
    ],
    [
      'the client certificate is missing',
      { tls: { secretName: 'tls' } },
      { tls: secret({ 'ca.crt': 'CA' }) },
      /Secret tls lacks the keys tls\.crt, tls\.key/,
    ],
  ])('cannot be told when %s, and says what to do', (_, spec, secrets, problem) => {
    const pair = aPair({ spec: { etcd: { ...etcd, endpoints: ['e:2379'], ...spec } } });
    expect(etcdTarget(pair, secrets)).toEqual({
      reason: 'SecretNotFound',
      problem: expect.stringMatching(problem) as unknown,
    });
  });
});
