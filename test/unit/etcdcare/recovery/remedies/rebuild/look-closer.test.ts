import { describe, expect, it } from '@jest/globals';
import { lookCloser } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/look-closer.ts';
import type { StepOutcome, Work } from '../../../../../../src/etcdcare/recovery/remedy.ts';
import type { ResourceKind } from '../../../../../../src/kube/objects.ts';
import { etcd, setup } from '../../../support/facts.ts';
import { recovery } from '../../support.ts';
import { endedJobs, result } from '../ended-jobs.ts';
import { statefulSet, worldOf, workWith } from '../worlds.ts';

const stopped = worldOf(etcd({ setup: { ...setup, replicas: 0 }, pods: [], looks: [] }), {
  set: statefulSet('existing'),
});
const content = { revision: '9', keys: '7', hashKV: '1', sha256: 'a'.repeat(64), sizeBytes: '1', prefixes: [] };
/** What is found on the volume that is restored from. */
const source = {
  ...{ usable: true, restartable: false, method: 'Member', clusterId: '53259', memberId: '5', why: '' },
  ...{ lastTerm: '3', lastIndex: '100', database: { state: 'Good' }, wal: { state: 'Good' } },
  ...{ ...content, keysOfOtherPrefixes: '0', sessionRoots: [] },
};
/** On one whose log can be read and nothing else. */
const beyondUse = (lastIndex: string) => ({
  ...{ usable: false, restartable: false, method: 'None', clusterId: '53259', memberId: '6', why: 'damaged' },
  ...{ lastTerm: '3', lastIndex, database: { state: 'Damaged' }, wal: { state: 'Good' } },
});
const details = {
  ...{ operation: 'op', source: 'etcd-0', clusterId: 'd00b', revision: '9', token: 'token-op' },
  loss: {
    ...{ complete: true, last: { term: '3', index: '100' } },
    ...{ ahead: [{ name: 'etcd-1', term: '3', index: '105' }], silent: ['etcd-2'] },
  },
};

async function lookAt(found: readonly object[]): Promise<StepOutcome> {
  const jobs = endedJobs((_script, ordinal) => result(found[ordinal] ?? {})).client;
  const client = {
    ...jobs,
    get: ((kind: ResourceKind, ...args: never) =>
      kind.kind === 'StatefulSet' ? Promise.resolve(stopped.set) : jobs.get(kind, ...(args as [never]))) as never,
    list: ((kind: ResourceKind, ...args: never) =>
      kind.kind === 'Pod'
        ? jobs.list(kind, ...(args as [never]))
        : Promise.resolve({ items: [], metadata: { resourceVersion: '1' } })) as never,
  } as Work['client'];
  const work = workWith(details, {
    ...{ client, recovery: recovery({ action: 'RestoreFromSnapshot' }), notes: { fencedGeneration: 3 } },
    look: () => Promise.resolve(stopped),
  });
  const first = await lookCloser.run(work);
  return first.state === 'Waiting' ? lookCloser.run(work) : first;
}

describe('a closer look at the volumes, with everything stopped', () => {
  it('goes on where no more may be lost than was approved', async () => {
    expect(await lookAt([source, beyondUse('105'), beyondUse('')])).toMatchObject({ state: 'Done' });
    expect(await lookAt([source, beyondUse('104'), beyondUse('100')])).toMatchObject({ state: 'Done' });
  });

  it.each([
    ['another log reaches further than was said', [source, beyondUse('106'), beyondUse('')], /log of etcd-1 reaches/],
    ['a log that told nothing reaches further', [source, beyondUse('105'), beyondUse('101')], /log of etcd-2 reaches/],
    [
      'the log of the source cannot be used any more',
      [{ ...source, method: 'RawDatabase' }, beyondUse('105'), beyondUse('')],
      /log of etcd-0 cannot be used/,
    ],
    ['another volume tells nothing any more', [source, beyondUse(''), beyondUse('')], /volume of etcd-1 tells nothing/],
  ])('asks a person, whatever the policy says, when %s', async (_about, found, why) => {
    expect(await lookAt(found)).toEqual({
      state: 'Replan',
      needsPerson: true,
      message: expect.stringMatching(why) as unknown,
    });
  });
});
