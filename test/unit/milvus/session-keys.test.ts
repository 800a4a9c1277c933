import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ROLES } from '../../../src/milvus/roles.ts';
import {
  holderKeyName,
  isLegacyGuard,
  memberKeyName,
  parseSessionKey,
  sessionPrefix,
} from '../../../src/milvus/session-keys.ts';

describe('the prefix of the session keys', () => {
  it.each([
    ['by-dev', 'meta', 'by-dev/meta/session/'],
    ['teams/search', 'meta', 'teams/search/meta/session/'],
    ['by-dev/', 'meta/', 'by-dev/meta/session/'],
    ['/milvus', 'meta', '/milvus/meta/session/'],
    ['//milvus//', '/meta', '/milvus/meta/session/'],
  ])('below %s and %s is %s', (rootPath, metaSubPath, expected) => {
    expect(sessionPrefix(rootPath, metaSubPath)).toBe(expected);
  });
});

describe('the name of a session key', () => {
  it.each([
    ['rootcoord', { kind: 'holder', role: 'rootcoord' }],
    ['mixcoord', { kind: 'holder', role: 'mixcoord' }],
    ['rootcoord-12', { kind: 'member', role: 'rootcoord', serverID: 12n }],
    ['datacoord-9223372036854775807', { kind: 'member', role: 'datacoord', serverID: 9223372036854775807n }],
    ['id', { kind: 'counter' }],
    ['version', { kind: 'version' }],
    ['querynode-7', { kind: 'other' }],
    ['proxy-7', { kind: 'other' }],
    ['rootcoord-', { kind: 'other' }],
    ['rootcoord-1-2', { kind: 'other' }],
    ['rootcoord-x', { kind: 'other' }],
    ['rootcoord-9223372036854775808', { kind: 'other' }],
    ['RootCoord', { kind: 'other' }],
    ['', { kind: 'other' }],
  ])('%p is told', (name, expected) => {
    expect(parseSessionKey(name)).toEqual(expected);
  });

  const role = fc.constantFrom(...ROLES);

  it('of a holder is told from its role', () => {
    fc.assert(
      fc.property(role, (one) => expect(parseSessionKey(holderKeyName(one))).toEqual({ kind: 'holder', role: one })),
    );
  });

  it('of a member keeps every digit of its ServerID', () => {
    fc.assert(
      fc.property(role, fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (one, serverID) =>
        expect(parseSessionKey(memberKeyName(one, serverID))).toEqual({ kind: 'member', role: one, serverID }),
      ),
    );
  });

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (name) => expect(parseSessionKey(name).kind).toBeDefined()));
  });
});

describe('a bare key of an older role beside mixcoord', () => {
  const lease = 3824578620367601994n;

  it('is a guard when it carries the lease of mixcoord', () => {
    expect(isLegacyGuard('rootcoord', lease, lease)).toBe(true);
  });

  it('is a coordinator of its own under another lease', () => {
    expect(isLegacyGuard('rootcoord', lease + 1n, lease)).toBe(false);
  });

  it('is a coordinator of its own without a mixcoord', () => {
    expect(isLegacyGuard('datacoord', lease, undefined)).toBe(false);
  });

  it('is never indexcoord, which mixcoord does not guard', () => {
    expect(isLegacyGuard('indexcoord', lease, lease)).toBe(false);
  });
});
