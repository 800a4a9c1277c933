import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { run } from '../cluster/process.ts';
import { ensurePrograms } from '../cluster/programs.ts';

it('The stand-in passes its own tests, of releases without a real server too', async () => {
  const { etcd } = await ensurePrograms(['etcd']);
  const output = await run('go', ['test', '-mod=readonly', '-count=1', '.'], {
    cwd: join(import.meta.dirname, '..', 'images', 'coordinator'),
    env: { CGO_ENABLED: '0', GOWORK: 'off', ETCD_BINARY: etcd },
  });
  expect(output).toMatch(/^ok\s/m);
}, 600_000);
