import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  lossBound,
  rank,
  sourceRows,
  type Wish,
} from '../../../../../../src/etcdcare/recovery/remedies/rebuild/rank.ts';
import type { Source } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/source.ts';
import { intact, nothing, stored, survivor, unseen, withoutDatabase, withoutLog } from './sources.ts';

/** The name of what is chosen, or why nothing is. */
function chosen(sources: readonly Source[], wish?: Wish): string {
  const ranking = rank(sources, wish);
  return 'chosen' in ranking ? ranking.chosen.name : ranking.why;
}

describe('ranking sources', () => {
  it.each<[string, readonly Source[], string]>([
    ['the one that reaches furthest', [intact('etcd-0', 10n), intact('etcd-1', 12n), intact('etcd-2', 11n)], 'etcd-1'],
    ['not a member that runs but was away', [survivor('etcd-0', 10n), withoutLog('etcd-1', 12n)], 'etcd-1'],
    ['a member that runs, where it is as good as another', [intact('etcd-0', 9n), survivor('etcd-1', 9n)], 'etcd-1'],
    [
      'by the term of the last entry, then by its index, where revisions are equal',
      [
        intact('etcd-0', 9n, { lastTerm: 2n, lastIndex: 50n }),
        intact('etcd-1', 9n, { lastTerm: 3n, lastIndex: 40n }),
        intact('etcd-2', 9n, { lastTerm: 3n, lastIndex: 41n }),
      ],
      'etcd-2',
    ],
    ['nothing that cannot be read', [withoutDatabase('etcd-0', 999n), withoutLog('etcd-1', 2n)], 'etcd-1'],
    ['a volume before a stored snapshot', [stored(99n), withoutLog('etcd-0', 5n)], 'etcd-0'],
    ['a stored snapshot, where nothing else can be read', [stored(99n), nothing('etcd-0')], 'snapshot-1.db'],
  ])('takes %s', (_what, sources, name) => {
    expect(chosen(sources)).toBe(name);
  });

  it('does not choose between clusters, and says what each holds', () => {
    const sources = [intact('etcd-0', 10n), intact('etcd-1', 99n, { clusterId: 0xbeefn })];
    expect(chosen(sources)).toMatch(/different clusters.*etcd-0, cluster d00b, revision 10, 10 keys/);
    expect(chosen(sources, { podName: 'etcd-0' })).toBe('etcd-0');
  });

  it('leaves out a database of which no log tells whose it is, but asks when it may be newer', () => {
    const { clusterId: _unknown, ...older } = withoutLog('etcd-1', 9n);
    expect(chosen([withoutLog('etcd-0', 10n), older])).toBe('etcd-0');
    expect(chosen([withoutLog('etcd-0', 10n), { ...older, revision: 11n }])).toMatch(
      /^no log tells which cluster the database of etcd-1 belongs to .* newer than etcd-0 .* whose source names/,
    );
    expect(chosen([nothing('etcd-0'), older])).toBe('etcd-1');
  });

  it('takes the one that a person names, if it can be read', () => {
    const sources = [intact('etcd-0', 10n), withoutLog('etcd-1', 3n), nothing('etcd-2'), stored(2n)];
    expect(chosen(sources, { podName: 'etcd-1' })).toBe('etcd-1');
    expect(chosen(sources, { snapshotName: 'snapshot-1.db' })).toBe('snapshot-1.db');
    expect(chosen(sources, { podName: 'etcd-2' })).toBe(
      'source: etcd-2 cannot be used: there is no volume claim data-etcd-2',
    );
    expect(chosen(sources, { podName: 'etcd-7' })).toContain('there is no such pod or snapshot');
  });

  it('says why, where nothing can be read', () => {
    expect(chosen([nothing('etcd-0'), withoutDatabase('etcd-1', 5n)])).toBe(
      'no volume and no stored snapshot can be read (etcd-1: database damaged, log good; etcd-0: there is no volume claim data-etcd-0)',
    );
  });

  it('does not depend on the order, and never chooses what is behind another', () => {
    const source = fc
      .record({ revision: fc.bigInt(1n, 9n), term: fc.bigInt(1n, 3n), index: fc.bigInt(1n, 9n), runs: fc.boolean() })
      .map(({ revision, term, index, runs }) => ({ revision, lastTerm: term, lastIndex: index, runs }));
    fc.assert(
      fc.property(fc.array(source, { minLength: 1, maxLength: 5 }), (seeds) => {
        const sources = seeds.map(({ runs, revision, ...log }, at) =>
          (runs ? survivor : intact)(`etcd-${at}`, revision, log),
        );
        const ranking = rank(sources);
        if (!('chosen' in ranking)) throw new Error(ranking.why);
        expect(rank(sources.toReversed())).toEqual(ranking);
        for (const { revision = 0n } of sources) expect(ranking.chosen.revision).toBeGreaterThanOrEqual(revision);
      }),
    );
  });
});

describe('what may be lost', () => {
  it('is next to nothing where the furthest log can be used', () => {
    const sources = [intact('etcd-0', 10n), withoutDatabase('etcd-1', 105n), withoutDatabase('etcd-2', 110n)];
    expect(lossBound(sources[0] as Source, sources)).toBe(
      'at most the last entries of the log of etcd-0 that it did not know to be committed when it stopped, as a rule none or one',
    );
  });

  it('counts what only the log of another holds', () => {
    const sources = [survivor('etcd-0', 10n), withoutDatabase('etcd-1', 117n)];
    expect(lossBound(sources[0] as Source, sources)).toContain('the log of etcd-1 reaches 7 entries further');
  });

  it('names the members of which nothing is known', () => {
    const sources = [survivor('etcd-0', 10n), nothing('etcd-1'), nothing('etcd-2')];
    expect(lossBound(sources[0] as Source, sources)).toContain(
      'what only etcd-1 and etcd-2 held, whose volume tells nothing any more',
    );
  });

  it('names the members that nobody could look at, where a person goes on without them', () => {
    const sources = [survivor('etcd-0', 10n), nothing('etcd-1'), unseen('etcd-2')];
    expect(lossBound(sources[0] as Source, sources)).toMatch(
      /what only etcd-1 held, whose .*; everything that etcd-2 held beyond it, which nobody could look at$/,
    );
  });

  it('says of a stored snapshot since when writes are lost, and that older ones may hold more', () => {
    const at = '2026-11-21T12:00:00Z';
    expect(lossBound(stored(9n), [])).toBe(`everything written since snapshot snapshot-1.db was saved, at ${at}`);
    expect(lossBound(stored(9n, { saved: { at, doubt: 'it holds less than half of 3 older ones' } }), [])).toContain(
      'it holds less than half of 3 older ones: look at those before you approve',
    );
  });

  it('is told for every usable source in the status, the chosen one marked', () => {
    const rows = sourceRows(rank([withoutLog('etcd-0', 10n), withoutLog('etcd-1', 12n), nothing('etcd-2')]));
    expect(rows.map(({ name, usable, chosen: is, revision }) => ({ name, usable, is, revision }))).toEqual([
      { name: 'etcd-1', usable: true, is: true, revision: '12' },
      { name: 'etcd-0', usable: true, is: undefined, revision: '10' },
      { name: 'etcd-2', usable: false, is: undefined, revision: undefined },
    ]);
    expect(rows[0]).toMatchObject({ clusterID: 'd00b', term: '3', lastIndex: '112', totalKeys: '10' });
    expect(rows[0]?.lossBound).toContain('stands only in its log, which cannot be read');
  });
});
