import { describe, expect, it } from '@jest/globals';
import {
  chooseSource,
  differs,
  type ChoiceInput,
} from '../../../../../../src/etcdcare/recovery/remedies/rebuild/choice.ts';
import type { Source } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/source.ts';
import { intact, nothing, survivor, unseen, withoutLog } from './sources.ts';

const rebuild: ChoiceInput = { action: 'RebuildFromSurvivor', voters: 3, stopped: false, rootPaths: [] };
const restore: ChoiceInput = { ...rebuild, action: 'RestoreFromSnapshot' };

function choice(sources: readonly Source[], input: ChoiceInput): string {
  const made = chooseSource(sources, input);
  return made.state === 'Chosen' ? made.ranking.chosen.name : `${made.state}: ${made.why}`;
}

describe('choosing the source of a rebuild', () => {
  it('takes the member that runs, when the volumes of the others are empty', () => {
    expect(choice([survivor('etcd-0', 9n), nothing('etcd-1'), nothing('etcd-2')], rebuild)).toBe('etcd-0');
  });

  it('takes no member that runs and was away while the others took writes', () => {
    const sources = [survivor('etcd-0', 9n), withoutLog('etcd-1', 30n), nothing('etcd-2')];
    expect(choice(sources, rebuild)).toMatch(
      /^Refused: the data of etcd-1 reaches further \(revision 30, last log entry term 3, index 130\) than that of etcd-0, which runs/,
    );
    expect(choice(sources, restore)).toBe('etcd-1');
  });

  it('does not rebuild while a majority has intact data, unless a person names the source', () => {
    const sources = [intact('etcd-0', 9n), intact('etcd-1', 30n), nothing('etcd-2')];
    expect(choice(sources, restore)).toMatch(
      /^Refused: etcd-0 and etcd-1 have intact data, a majority of 3: RestartQuorum/,
    );
    expect(choice(sources, { ...restore, wish: { podName: 'etcd-1' } })).toBe('etcd-1');
  });

  it('overwrites nothing while a volume could not be looked at, unless a person names the source', () => {
    const sources = [survivor('etcd-0', 9n), nothing('etcd-1'), unseen('etcd-2')];
    for (const input of [rebuild, restore])
      expect(choice(sources, input)).toMatch(
        /^Refused: what is not known could be the newest data, so nothing is overwritten: etcd-2: it could not be looked at: its Job has not started/,
      );
    expect(choice(sources, { ...rebuild, wish: { podName: 'etcd-0' } })).toBe('etcd-0');
  });

  it('takes a member that runs and is still in its start-up script, by its volume', () => {
    const sources = [intact('etcd-0', 9n, { starting: true }), nothing('etcd-1'), nothing('etcd-2')];
    expect(choice(sources, rebuild)).toBe('etcd-0');
    expect(choice(sources, restore)).toBe('etcd-0');
  });

  it('waits for a member that runs, where one was asked for and none answers', () => {
    expect(choice([withoutLog('etcd-0', 9n), nothing('etcd-1'), nothing('etcd-2')], rebuild)).toMatch(
      /^Waiting: no member answers/,
    );
  });

  it('takes its volume when etcd was stopped since', () => {
    const sources = [intact('etcd-0', 9n), nothing('etcd-1'), nothing('etcd-2')];
    expect(choice(sources, { ...rebuild, stopped: true })).toBe('etcd-0');
  });

  it('leaves a member that runs to the action that is for it', () => {
    expect(choice([survivor('etcd-0', 9n), nothing('etcd-1'), nothing('etcd-2')], restore)).toMatch(
      /^Refused: etcd-0 runs/,
    );
  });

  it('does not overwrite the etcd of a Milvus that nobody told it to stop', () => {
    const sources = [
      survivor('etcd-0', 9n, { sessionRoots: ['by-dev', 'other'] }),
      nothing('etcd-1'),
      nothing('etcd-2'),
    ];
    expect(choice(sources, { ...rebuild, rootPaths: ['/by-dev'] })).toMatch(
      /^Refused: there are sessions of a Milvus below other, .*spec\.milvus\.rootPaths/,
    );
    expect(choice(sources, { ...rebuild, rootPaths: ['by-dev', 'other'] })).toBe('etcd-0');
  });
});

describe('what was approved', () => {
  const approved = { name: 'etcd-0', clusterId: 'd00b', revision: 9n };

  it.each<[string, Source]>([
    ['the same', intact('etcd-0', 9n)],
    ['the same with more in it', intact('etcd-0', 12n)],
  ])('still holds for %s', (_what, source) => {
    expect(differs(source, approved)).toBeUndefined();
  });

  it.each<[Source, string]>([
    [intact('etcd-1', 12n), 'etcd-1 is the best source, no longer etcd-0'],
    [intact('etcd-0', 12n, { clusterId: 0xbeefn }), 'etcd-0 is of cluster beef, not of d00b'],
    [intact('etcd-0', 8n), 'etcd-0 has revision 8, less than 9'],
  ])('does not hold for another source, cluster or less data', (source, why) => {
    expect(differs(source, approved)).toBe(why);
  });
});
