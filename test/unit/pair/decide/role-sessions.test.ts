import { describe, expect, it } from '@jest/globals';
import type { KeyValue } from '../../../../src/etcd/types.ts';
import { flagEffective, otherRoles, roleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import { keyValue, snapshotOf } from '../../etcd/fake-etcd.ts';

const value = (text: string): { readonly value: Buffer } => ({ value: Buffer.from(text) });
const json = (fields: object): string =>
  JSON.stringify({ ServerID: 7, ServerName: 'rootcoord', Address: '10.0.0.1:53100', Version: '2.4.15', ...fields });
const session = (key: string, fields: object = {}, changes: Partial<KeyValue> = {}): KeyValue =>
  keyValue(key, { ...value(json(fields)), lease: 70n, createRevision: 5n, ...changes });
const read = (...kvs: readonly KeyValue[]) => roleSessions(snapshotOf(kvs), 'rootcoord');

describe('the sessions of a role', () => {
  it('are the bare key and the keys with a server ID, of this role only, oldest first', () => {
    const { holder, members, broken } = read(
      session('rootcoord'),
      session('rootcoord-10', { ServerID: 10 }),
      session('rootcoord-7'),
      session('querycoord', { ServerID: 3 }),
      session('querycoord-3', { ServerID: 3 }),
      session('querynode-4', { ServerID: 4 }),
      keyValue('id', value('11')),
    );
    expect(holder?.serverID).toBe(7n);
    expect(members.map(({ serverID }) => serverID)).toEqual([7n, 10n]);
    expect(broken).toEqual([]);
  });

  it('carry lease and revision of the key and what the process wrote', () => {
    const { holder } = read(session('rootcoord', { HostName: 'rootcoord-0', LeaseID: 1 }));
    expect(holder).toEqual({
      key: 'rootcoord',
      serverID: 7n,
      lease: 70n,
      createRevision: 5n,
      address: '10.0.0.1:53100',
      hostName: 'rootcoord-0',
      version: '2.4.15',
    });
  });

  it('keep every digit of numbers beyond 2^53', () => {
    const text = json({}).replace('"ServerID":7', '"ServerID":9007199254740993');
    const { holder, members } = read(
      keyValue('rootcoord', { ...value(text), lease: 8448064511126318204n }),
      keyValue('rootcoord-9007199254740993', { ...value(text), lease: 8448064511126318204n }),
    );
    expect([holder?.serverID, holder?.lease]).toEqual([9007199254740993n, 8448064511126318204n]);
    expect(members[0]?.serverID).toBe(9007199254740993n);
  });

  it.each([
    ['no JSON', 'rootcoord'],
    ['JSON that is no object', '7'],
    ['JSON without an address', json({ Address: undefined })],
    ['a server ID that is no number', json({ ServerID: 'seven' })],
    ['an address longer than any address', json({ Address: `${'1'.repeat(300)}:53100` })],
    ['a host name longer than any name', json({ HostName: 'h'.repeat(254) })],
    ['a version longer than any version', json({ Version: '2'.repeat(65) })],
  ])('report a value that is %s, and go on', (_, text) => {
    const sessions = read(keyValue('rootcoord', value(text)), session('rootcoord-7'));
    const { holder, members, broken, holderUnreadable } = sessions;
    expect([holder, holderUnreadable]).toEqual([undefined, true]);
    expect(members).toHaveLength(1);
    expect(broken).toHaveLength(1);
    expect(broken[0]?.key).toBe('rootcoord');
    expect(broken[0]?.reason).toMatch(/\w+ is /);
  });

  it('tell a broken member from a holder that cannot be read', () => {
    const { holder, broken, holderUnreadable } = read(session('rootcoord'), keyValue('rootcoord-8', value('nonsense')));
    expect([holder?.serverID, broken.length, holderUnreadable]).toEqual([7n, 1, undefined]);
  });

  it('name the coordinators that mixcoord replaced, but not the guards that it writes itself', () => {
    const snapshot = snapshotOf([
      session('mixcoord', {}, { lease: 1n }),
      session('mixcoord-7', {}, { lease: 1n }),
      session('datacoord', {}, { lease: 1n }),
      session('rootcoord-3'),
      session('indexcoord-4'),
    ]);
    expect(roleSessions(snapshot, 'mixcoord').olderLayout).toEqual(['rootcoord-3']);
    expect(roleSessions(snapshot, 'rootcoord').olderLayout).toEqual([]);
  });

  it('name a mixcoord beside a role that it replaced', () => {
    const snapshot = snapshotOf([session('rootcoord'), session('mixcoord-9')]);
    expect(roleSessions(snapshot, 'rootcoord').newerLayout).toEqual(['mixcoord-9']);
    expect(roleSessions(snapshot, 'mixcoord').newerLayout).toBeUndefined();
  });

  it.each<[string, readonly KeyValue[], readonly string[]]>([
    ['a coordinator that runs without active-standby', [session('querycoord', {}, { lease: 9n })], ['querycoord']],
    ['no guard, which lies on the lease of the ACTIVE mixcoord', [session('rootcoord')], []],
    [
      'no guard whose mixcoord lost its bare key',
      [session('datacoord', {}, { lease: 80n }), session('mixcoord-8', {}, { lease: 80n })],
      [],
    ],
    [
      'no guard of a mixcoord whose value cannot be read',
      [keyValue('mixcoord', { ...value('?'), lease: 90n }), session('rootcoord', {}, { lease: 90n })],
      [],
    ],
  ])('take for an older layout: %s', (_, kvs, olderLayout) => {
    const { olderLayout: found } = roleSessions(
      snapshotOf([session('mixcoord'), session('mixcoord-7'), ...kvs]),
      'mixcoord',
    );
    expect(found).toEqual(olderLayout);
  });

  it('name the mixcoord beside an older coordinator, and none beside itself', () => {
    const snapshot = snapshotOf([session('mixcoord'), session('mixcoord-7'), session('rootcoord-3')]);
    expect(roleSessions(snapshot, 'rootcoord').newerLayout).toEqual(['mixcoord', 'mixcoord-7']);
    expect(roleSessions(snapshot, 'mixcoord')).not.toHaveProperty('newerLayout');
    expect(roleSessions(snapshot, 'indexcoord')).not.toHaveProperty('newerLayout');
  });

  it('tell of further roles who holds each and who is registered', () => {
    const snapshot = snapshotOf([session('rootcoord'), session('querycoord', { ServerID: 8 }), session('datacoord-8')]);
    const found = otherRoles(snapshot, ['querycoord', 'datacoord']);
    expect(found.map(({ role, sessions }) => [role, sessions.holder?.serverID, sessions.members.length])).toEqual([
      ['querycoord', 8n, 0],
      ['datacoord', undefined, 1],
    ]);
  });

  it('hold the version watermark that 2.6.8 and newer leave', () => {
    expect(read(keyValue('version', value('2.6.8'))).watermark).toBe('2.6.8');
    expect(read(session('rootcoord')).watermark).toBeUndefined();
  });
});

describe('the active-standby flag', () => {
  it.each<[string, readonly KeyValue[], boolean | undefined]>([
    [
      'reaches Milvus when the holder has its own key on the same lease',
      [session('rootcoord'), session('rootcoord-7')],
      true,
    ],
    ['does not when the holder has none', [session('rootcoord'), session('rootcoord-8', { ServerID: 8 })], false],
    [
      'does not when a key of that name lies on another lease',
      [session('rootcoord'), session('rootcoord-7', {}, { lease: 71n })],
      false,
    ],
    ['cannot be told while nobody holds the role', [session('rootcoord-7')], undefined],
  ])('%s', (_, kvs, effective) => {
    expect(flagEffective(read(...kvs))).toBe(effective);
  });
});
