import { createSessionStores } from '../../../src/etcd/session-stores.ts';

/** Run as a process of its own: reads once, gives everything back, and must then end by itself. */
const [, , endpoint = ''] = process.argv;
await using stores = createSessionStores();
using store = stores.acquire(
  { endpoints: [endpoint], auth: { username: 'root', password: 'root-pass' } },
  'by-dev/meta/session/',
);
const said = await store.read().then(
  () => 'read',
  () => 'not read',
);
process.stdout.write(`${said}\n`);
