import { describe, expect, it } from '@jest/globals';
import { setForgetfulAside } from '../../../../../../src/etcdcare/recovery/remedies/restart-quorum/set-forgetful-aside.ts';
import type { StepOutcome, Work } from '../../../../../../src/etcdcare/recovery/remedy.ts';
import { etcd, setup } from '../../../support/facts.ts';
import { endedJobs, result } from '../ended-jobs.ts';
import { statefulSet, worldOf, workWith } from '../worlds.ts';

const stopped = worldOf(etcd({ setup: { ...setup, replicas: 0 }, pods: [], looks: [] }), {
  set: statefulSet('existing'),
});

/** What inspecting a volume tells that starts, with so many revisions. */
const intact = (revision: number): object =>
  result({
    usable: true,
    restartable: true,
    method: 'Member',
    memberId: '1',
    clusterId: '77',
    lastTerm: '2',
    lastIndex: '9',
    database: { state: 'Good', sizeBytes: '1', revision: '1' },
    wal: { state: 'Good' },
    why: '',
    ...{ hashKV: '1', keys: '0', prefixes: [], keysOfOtherPrefixes: '0', sessionRoots: [] },
    ...{ sha256: 'a', sizeBytes: '1', revision: String(revision) },
  });
const aside = result({ alreadyDone: false, movedTo: 'x', memberId: '1', clusterId: '77', dataAgain: false });

async function run(revisions: readonly number[]): Promise<{ outcome: StepOutcome; setAside: readonly string[] }> {
  const { client, made } = endedJobs((script, ordinal) =>
    script === 'inspect' ? intact(revisions[ordinal] ?? 0) : aside,
  );
  const work = (): Work =>
    workWith({ stopAll: 'yes' }, { notes: { fencedGeneration: 3 }, client, look: () => Promise.resolve(stopped) });
  await setForgetfulAside.run(work());
  await setForgetfulAside.run(work());
  const outcome = await setForgetfulAside.run(work());
  return { outcome, setAside: made.map(({ metadata }) => metadata.name).filter((name) => name.includes('-aside-')) };
}

describe('members that have begun anew while the others ended', () => {
  it('are started empty, not with what they began', async () => {
    const { outcome, setAside } = await run([900, 900, 1]);
    expect(outcome).toEqual({ state: 'Done', message: 'renamed what etcd-2 began anew' });
    expect(setAside).toEqual(['etcd-uid-of-recovery-aside-2']);
  });

  it('are none where all hold something', async () => {
    expect(await run([900, 900, 850])).toEqual({
      outcome: { state: 'Done', message: 'no member has begun anew' },
      setAside: [],
    });
  });

  it('end the recovery where too few others are intact', async () => {
    const { outcome, setAside } = await run([900, 1, 1]);
    expect(outcome).toEqual({ state: 'Failed', message: 'with all stopped, only etcd-0 have intact data' });
    expect(setAside).toEqual([]);
  });
});
