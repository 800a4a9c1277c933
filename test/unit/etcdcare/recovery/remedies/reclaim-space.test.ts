import { describe, expect, it } from '@jest/globals';
import type { MemberStatus } from '../../../../../src/etcd/member-client.ts';
import type { Step, Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import { reclaimSpace } from '../../../../../src/etcdcare/recovery/remedies/reclaim-space.ts';
import { etcd, look, memberID, names, setup } from '../../support/facts.ts';
import { recovery } from '../support.ts';
import { workWith, worldOf } from './worlds.ts';

const quotaBytes = 16 * 2 ** 20;
const world = (changes: Partial<MemberStatus> = {}) =>
  worldOf(etcd({ setup: { ...setup, quotaBytes }, looks: names.map((name) => look(name, changes)) }));
const step = (name: string): Step => {
  const found = reclaimSpace.steps.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`there is no step ${name}`);
  return found;
};
const alarms = [{ memberID: memberID('etcd-1'), name: 'NOSPACE' }];

/** A member that writes down what it is asked to do. */
function asking(changes: Partial<MemberStatus>, work: Partial<Work> = {}) {
  const asked: string[] = [];
  const member = (pod: string) =>
    Promise.resolve(
      new Proxy(
        {},
        {
          // A promise's `then` is asked for by await.
          get: (_target, name) =>
            name === 'then'
              ? undefined
              : (...args: readonly unknown[]) => {
                  asked.push(
                    `${pod}: ${String(name)} ${typeof args[0] === 'bigint' ? args[0].toString(16) : ''}`.trim(),
                  );
                  return Promise.resolve();
                },
        },
      ) as never,
    );
  return {
    asked,
    work: workWith(
      {},
      { recovery: recovery({ action: 'ReclaimSpace' }), look: () => Promise.resolve(world(changes)), member, ...work },
    ),
  };
}

describe('reclaiming space', () => {
  it('is planned for members that are well, and wants a person before etcd 3.5.6', async () => {
    const plan = async (version: string) =>
      reclaimSpace.plan({ world: world({ version, alarms }) } as never).then((planned) => planned);
    expect(await plan('3.5.6')).toMatchObject({ state: 'Planned', plan: { details: {} } });
    expect(await plan('3.5.6')).not.toHaveProperty('plan.needsPerson');
    expect(await plan('3.5.5')).toMatchObject({ state: 'Planned', plan: { needsPerson: true } });
    const gone = worldOf(etcd({ looks: names.slice(1).map((name) => look(name)) }));
    expect(await reclaimSpace.plan({ world: gone } as never)).toMatchObject({ state: 'Waiting' });
  });

  it('compacts at the newest revision, by a member that does not lead', async () => {
    const { asked, work } = asking({});
    expect(await step('Compact').run(work)).toMatchObject({ state: 'Done', message: 'compacted at revision 500' });
    expect(asked).toEqual(['etcd-1: compact 1f4']);
  });

  it.each([
    ['below four fifths of the quota', 12.7, 'Done'],
    ['above', 12.9, 'Failed'],
  ] as const)(
    'sees room by the size of the file when that is %s, whatever is said to be in use',
    async (_, mebibytes, state) => {
      const { work } = asking({ dbSizeBytes: mebibytes * 2 ** 20, dbSizeInUseBytes: 15 * 2 ** 20 });
      const outcome = await step('SeeRoom').run(work);
      expect(outcome.state).toBe(state);
      if (state === 'Failed') expect(outcome.message).toContain('Raise the quota');
    },
  );

  it('defragments one member a look, the leader last, each once', async () => {
    const { asked, work } = asking({});
    let outcome = await step('Defragment').run(work);
    for (let looks = 0; outcome.state === 'Waiting' && looks < 5; looks++) {
      const { notes = {} } = outcome;
      outcome = await step('Defragment').run({ ...work, notes });
    }
    expect(outcome.state).toBe('Done');
    expect(asked).toEqual(['etcd-1: defragment', 'etcd-2: defragment', 'etcd-0: defragment']);
  });

  it('disarms what stands, and is done only when nothing does', async () => {
    const full = asking({ alarms });
    expect(await step('Disarm').run(full.work)).toMatchObject({ state: 'Waiting' });
    expect(full.asked).toEqual([`etcd-1: disarmNoSpace ${memberID('etcd-1').toString(16)}`]);
    const free = asking({});
    expect(await step('Disarm').run(free.work)).toMatchObject({ state: 'Done' });
    expect(free.asked).toEqual([]);
  });
});
