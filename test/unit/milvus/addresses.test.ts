import { expect, it } from '@jest/globals';
import { canonicalHost, unreachableKind } from '../../../src/milvus/addresses.ts';

it.each([
  ['10.0.0.1', '10.0.0.1'],
  ['FD00:0:0:0:0:0:0:1', 'fd00::1'],
  ['[fd00::1]', 'fd00::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['Etcd-0.Example.COM', 'etcd-0.example.com'],
  ['', ''],
])('%s is the host %s', (written, canonical) => {
  expect(canonicalHost(written)).toBe(canonical);
});

it.each([
  ['127.0.0.1', 'loopback'],
  ['127.9.9.9', 'loopback'],
  ['::1', 'loopback'],
  ['localhost', 'loopback'],
  ['169.254.20.10', 'link-local'],
  ['fe80::1', 'link-local'],
  ['FEBF::1', 'link-local'],
  ['0.0.0.0', 'unspecified'],
  ['::', 'unspecified'],
  ['10.0.0.1', undefined],
  ['fd00::1', undefined],
  ['fec0::1', undefined],
])('no other pod reaches %s, for it is %s', (host, kind) => {
  expect(unreachableKind(host)).toBe(kind);
});
