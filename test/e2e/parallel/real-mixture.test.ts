import { expect } from '@jest/globals';
import type { CoordinatorPairStatus } from '../../../src/api/coordinator-pair.ts';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { loadMilvus } from '../support/milvus.ts';
import { scenario } from '../support/scenario.ts';

const key = 'by-dev/meta/session/querycoord';

/** What a process of another Milvus would have written: nobody of the pair can take that role while it is there. */
const stranger = JSON.stringify({ ServerID: 1_000, ServerName: 'querycoord', Address: '10.9.9.9:1', Version: '2.3.5' });

const holders = ({ roles = [] }: CoordinatorPairStatus): (string | undefined)[] =>
  roles.map(({ active }) => active?.podName);

scenario(
  'A real Milvus 2.3.5 as a mixture: the role of a killed STANDBY is taken over at once, and a switchover moves every role',
  async (scene) => {
    const image = await loadMilvus(scene, '2.3.5');
    const etcd = await scene.startEtcd();
    await etcd.etcdctl(['put', key, stranger]);
    const pair = await scene.applyPair('mixcoord', { role: 'mixcoord', image });
    await using query = await EtcdWitness.start(etcd, 'querycoord');
    await pair.until('Ready', 'False', 'RoleNotHeld', { timeoutMs: 120_000 });
    const { active, standby } = await until(
      'both processes to stand by for querycoord',
      async () => {
        const status = await pair.status();
        const registered = status.roles?.find(({ role }) => role === 'querycoord')?.members ?? [];
        return registered.filter(({ state }) => state === 'Standby').length === 2 && status.standby ? status : false;
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
    const [first = '', second = ''] = [active?.podName, standby?.podName];

    // Only the STANDBY can take the role while the ACTIVE stands still.
    const container = { namespace: scene.namespace, pod: first, container: 'milvus' };
    await scene.cluster.freezeContainer(container);
    try {
      await etcd.etcdctl(['del', key]);
      await query.next('1000', { timeoutMs: 20_000 });
    } finally {
      await scene.cluster.thawContainer(container);
    }
    const { status: split } = await pair.untilSteady({ timeoutMs: 120_000 });
    expect(split?.split).toContain(`querycoord on ${second}`);
    expect(split?.summary).toContain('the roles are split');

    await until(
      'every session of every role to be bound to its container',
      async () => {
        const { members = [], roles = [] } = await pair.status();
        const sessions = [...members, ...roles.flatMap((role) => role.members ?? [])];
        return (
          sessions.length >= 6 && sessions.every(({ boundTime = '' }) => Date.now() - Date.parse(boundTime) > 1_000)
        );
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
    const killedMs = Date.now();
    await scene.cluster.killContainer({ namespace: scene.namespace, pod: second });
    const taken = await query.next(standby?.serverID, { timeoutMs: 20_000 });
    Object.assign(scene.measurements, {
      takeoverMs: taken.atMs - killedMs,
      noHolderMs: query.noHolderMs(killedMs),
    });
    expect(taken.serverID).toBe(active?.serverID);
    const { status: whole } = await pair.untilSteady({ timeoutMs: 120_000 });
    expect(whole && holders(whole)).toEqual([first, first, first]);
    expect(whole?.active?.serverID).toBe(active?.serverID);

    expect(await pair.switchOver('move')).toMatchObject({ result: 'Completed' });
    const { status: moved } = await pair.untilSteady({ timeoutMs: 120_000 });
    expect(moved && holders(moved)).toEqual([second, second, second]);
    expect(moved?.split).toBeUndefined();
  },
);
