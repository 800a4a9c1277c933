import { describe, expect, it } from '@jest/globals';
import { RecoveryLocks } from '../../../../src/etcdcare/recovery/lock.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { fakeClient } from '../../kube/fake-client.ts';

const { signal } = new AbortController();

describe('the lock of an etcd', () => {
  it.each([
    ['a minute', 60, 61],
    ['thirty years, as somebody wrote who may write Leases', 1_000_000_000, 601],
  ])('that says it is good for %s is taken once nobody has renewed it for so long', async (_about, said, seconds) => {
    const clock = new VirtualClock();
    const metadata = { name: 'etcd-recovery-etcd', namespace: 'milvus', uid: 'u', resourceVersion: '1' };
    const lease = { metadata, spec: { holderIdentity: 'somebody', leaseDurationSeconds: said } };
    const taken: unknown[] = [];
    const client = fakeClient({
      get: (() => Promise.resolve(lease)) as never,
      update: ((_kind: unknown, object: object) => Promise.resolve(taken.push(object))) as never,
    });
    const locks = new RecoveryLocks(client, 'operator', clock);
    expect(await locks.take('milvus', 'etcd', signal)).toBe('somebody');
    await clock.advance((seconds - 2) * 1_000);
    expect(await locks.take('milvus', 'etcd', signal)).toBe('somebody');
    await clock.advance(2_000);
    expect(await locks.take('milvus', 'etcd', signal)).toBeUndefined();
    expect(taken).toHaveLength(1);
  });
});
