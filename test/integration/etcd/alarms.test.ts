import { expect, it } from '@jest/globals';
import { createSessionStores } from '../../../src/etcd/session-stores.ts';
import { until } from '../../support/until.ts';
import { startEtcd } from '../support/etcd.ts';
import { prefix, untilKeys } from './session-keys.ts';

it('a session store sees the alarm of a full etcd within two reads, without a change of its keys, and sees it go', async () => {
  await using etcd = await startEtcd({ flags: ['--quota-backend-bytes=8388608'] });
  await using stores = createSessionStores({ resyncMs: 500 });
  using store = stores.acquire(etcd.target, prefix);
  await untilKeys(store);
  await until('the alarms to be known', () => store.state.alarms?.length === 0);
  let told = 0;
  store.subscribe(() => told++);

  const megabyte = 'x'.repeat(2 ** 20);
  await until(
    'etcd to refuse a write',
    () =>
      etcd.etcdctl(['put', 'big'], { input: megabyte }).then(
        () => false,
        (error: unknown) => String(error).includes('database space exceeded'),
      ),
    { timeoutMs: 30_000 },
  );
  const alarms = await until('the alarm to be seen', () => (store.state.alarms?.length ?? 0) > 0 && store.state.alarms);
  const [listed = ''] = (await etcd.etcdctl(['alarm', 'list'])).split('\n');
  expect(alarms.map(({ memberID, name }) => `memberID:${memberID} alarm:${name} `)).toEqual([listed]);
  expect(told).toBe(1);
  expect(store.state.snapshot?.kvs).toEqual([]);

  await etcd.etcdctl(['alarm', 'disarm']);
  await until('the alarm to go', () => store.state.alarms?.length === 0);
  expect(told).toBe(2);
}, 60_000);
