import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createSessionStores } from '../../../src/etcd/session-stores.ts';
import { run } from '../../cluster/process.ts';
import { ensurePrograms } from '../../cluster/programs.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';
import { neverMs, prefix, untilKeys } from './session-keys.ts';

/** Puts a snapshot in the place of the only member's data. */
async function restore(etcd: EtcdServer, file: string, flags: readonly string[]): Promise<void> {
  const { member } = etcd;
  const { etcdutl } = await ensurePrograms(['etcdutl']);
  const [, , name = '', peerUrl = ''] = (await etcd.etcdctl(['member', 'list'])).trim().split(', ');
  await member.kill();
  await rm(member.dataDir, { recursive: true });
  const identity = [
    '--name',
    name,
    '--initial-cluster',
    `${name}=${peerUrl}`,
    '--initial-advertise-peer-urls',
    peerUrl,
  ];
  await run(etcdutl, ['snapshot', 'restore', file, '--data-dir', member.dataDir, ...identity, ...flags]);
  await member.start();
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'etcd-snapshot-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

describe('a session store of an etcd that was restored', () => {
  it('takes the older keys and revisions as they are', async () => {
    await using folder = await temporaryFolder();
    await using etcd = await startEtcd();
    await etcd.etcdctl(['put', `${prefix}rootcoord`, 'old']);
    const file = join(folder.path, 'snapshot.db');
    await etcd.etcdctl(['snapshot', 'save', file]);
    await etcd.etcdctl(['put', `${prefix}rootcoord-1`, 'later']);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    await untilKeys(store, 'rootcoord', 'rootcoord-1');
    const before = store.state.snapshot?.header.revision ?? 0n;

    await restore(etcd, file, []);

    await untilKeys(store, 'rootcoord');
    expect(store.state.snapshot?.header.revision).toBe(before - 1n);
  }, 60_000);

  it('logs in again where its token is of a later entry of the log than there is: etcd is silent about such a one', async () => {
    await using folder = await temporaryFolder();
    await using etcd = await startEtcd({ auth: { rootPassword: 'correct-horse' } });
    await etcd.etcdctl(['put', `${prefix}rootcoord`, 'old']);
    const file = join(folder.path, 'snapshot.db');
    await etcd.etcdctl(['snapshot', 'save', file]);
    for (let count = 0; count < 20; count++) await etcd.etcdctl(['put', `${prefix}rootcoord-1`, 'later']);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    await untilKeys(store, 'rootcoord', 'rootcoord-1');

    await restore(etcd, file, []);

    await untilKeys(store, 'rootcoord');
    await etcd.etcdctl(['put', `${prefix}rootcoord-2`, 'new']);
    await untilKeys(store, 'rootcoord', 'rootcoord-2');
  }, 60_000);

  it('keeps every digit of revisions beyond 2^53', async () => {
    await using folder = await temporaryFolder();
    await using etcd = await startEtcd();
    await etcd.etcdctl(['put', 'anything', 'x']);
    const file = join(folder.path, 'snapshot.db');
    await etcd.etcdctl(['snapshot', 'save', file]);
    // Revision 2 becomes 9007199254740993, which a double cannot hold.
    await restore(etcd, file, ['--bump-revision', '9007199254740991', '--mark-compacted']);
    await etcd.etcdctl(['put', `${prefix}rootcoord`, 'a']);
    await etcd.etcdctl(['put', `${prefix}rootcoord`, 'b']);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);

    const { header, kvs } = await store.read();

    expect(header.revision).toBe(9007199254740995n);
    expect(kvs).toMatchObject([{ createRevision: 9007199254740994n, modRevision: 9007199254740995n }]);
    await etcd.etcdctl(['put', `${prefix}rootcoord-1`, 'c']);
    await untilKeys(store, 'rootcoord', 'rootcoord-1');
  }, 60_000);
});
