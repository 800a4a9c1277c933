import { expect } from '@jest/globals';
import { scenario } from '../support/scenario.ts';

const session = 'by-dev/meta/session/';

scenario(
  'an applied pair becomes Ready: one holder, two members, and the Service leads to the holder',
  async (scene) => {
    const etcd = await scene.startEtcd(3);
    const appliedMs = Date.now();
    const pair = await scene.applyPair();
    await scene.kubectl.run(['wait', '--for=condition=Ready', 'coordinatorpair/rootcoord', '--timeout=90s']);
    scene.measurements['readyMs'] = Date.now() - appliedMs;

    const keys = (await etcd.keys(`${session}rootcoord`)).map((key) => key.slice(session.length));
    expect(keys).toEqual([
      'rootcoord',
      expect.stringMatching(/^rootcoord-\d+$/),
      expect.stringMatching(/^rootcoord-\d+$/),
    ]);
    const holder = (await etcd.json(`${session}rootcoord`)) as { ServerID: number; Address: string };

    const { status } = await pair.get();
    expect(status?.active).toMatchObject({ serverID: String(holder.ServerID), address: holder.Address });
    const standby = keys.find((key) => key.includes('-') && !key.endsWith(`-${holder.ServerID}`));
    expect(`rootcoord-${status?.standby?.serverID ?? ''}`).toBe(standby);
    const byAddress = (await pair.pods()).find(({ status: { podIP = '' } = {} }) =>
      holder.Address.startsWith(`${podIP}:`),
    );
    expect(status?.active?.podName).toBe(byAddress?.metadata.name);
    expect(await pair.activeEndpoints()).toEqual([status?.active?.podName]);

    const table = await scene.kubectl.run(['get', 'coordinatorpairs']);
    expect(table).toMatch(/NAME\s+ROLE\s+READY\s+ACTIVE\s+STANDBY\s+ETCD\s+LAST-FAILOVER\s+AGE/);
    expect(table).toMatch(new RegExp(`rootcoord\\s+rootcoord\\s+True\\s+${status?.active?.podName ?? ''}\\s`));
  },
);
