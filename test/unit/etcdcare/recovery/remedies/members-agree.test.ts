import { describe, expect, it } from '@jest/globals';
import { EtcdError } from '../../../../../src/etcd/errors.ts';
import { compared, membersAgree } from '../../../../../src/etcdcare/recovery/remedies/members-agree.ts';
import type { Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import { workWith, worldOf } from './worlds.ts';

const held = (pod: string, hash: number, compactRevision: bigint, revision = 9n) => ({
  pod,
  hash,
  compactRevision,
  revision,
});

describe('what members hold', () => {
  it.each([
    ['Equal', [held('a', 1, 5n), held('b', 1, 5n)]],
    ['Different', [held('a', 1, 5n), held('b', 2, 5n)]],
    ['NotComparable', [held('a', 1, 5n), held('b', 2, 6n)]],
    ['NotComparable', [held('a', 1, 5n, 9n), held('b', 2, 5n, 10n)]],
  ])('is %s', (verdict, members) => {
    expect(compared(members)).toBe(verdict);
  });
});

describe('the comparison after a rebuild', () => {
  const gone = new EtcdError('Compacted', 'required revision has been compacted', { retryable: true });
  const member = (newest: (pod: string) => bigint) => (pod: string) =>
    Promise.resolve({
      hashOfKeys: (revision: bigint) =>
        revision === 0n ? Promise.resolve({ hash: 1, compactRevision: 9n, newest: newest(pod) }) : Promise.reject(gone),
    } as unknown as Awaited<ReturnType<Work['member']>>);
  const run = (newest: (pod: string) => bigint) =>
    membersAgree().run(workWith({}, { look: () => Promise.resolve(worldOf()), member: member(newest) }));

  it('is made at the newest revision where etcd says that it is compacted, as 3.5.0 does', async () => {
    expect(await run(() => 9n)).toMatchObject({ state: 'Done', message: '3 members are healthy and hold the same' });
  });

  it('waits while the newest revisions differ', async () => {
    expect(await run((pod) => (pod === 'etcd-0' ? 9n : 10n))).toMatchObject({ state: 'Waiting' });
  });
});
