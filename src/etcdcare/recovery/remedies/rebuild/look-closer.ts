import { findMilvus } from '../../../milvus/find.ts';
import { textOf } from '../../details.ts';
import type { Json, Step, Work } from '../../remedy.ts';
import { fenced } from '../fenced.ts';
import { chooseSource, differs } from './choice.ts';
import { approvedLoss, grown, lossOf } from './loss.ts';
import { savedSurvivor, type SeenData } from './noted.ts';
import type { Source } from './source.ts';
import { survey } from './survey.ts';

const LOOK_MS = 1_000;

/** Looks at every volume again now that nothing writes: what was approved must still be the best there is. */
export const lookCloser: Step = {
  name: 'LookCloser',
  safeToStop: true,
  run: async (work) => {
    const world = await work.look();
    const layout = fenced(world, work);
    if ('why' in layout) return { state: 'Failed', message: layout.why };
    const { spec } = work.recovery;
    const { rootPaths } = await findMilvus(work, work.guard, work.signal);
    const seen = await survey(work, world, layout);
    if (seen.state === 'Waiting') return { state: 'Waiting', message: seen.why, againMs: LOOK_MS };
    const sources = seen.sources.map((source) => withSaved(source, work));
    const voters = layout.members.length;
    const wish = spec.source ? { wish: spec.source } : {};
    const choice = chooseSource(sources, { action: spec.action, ...wish, voters, stopped: true, rootPaths });
    if (choice.state !== 'Chosen') return { state: 'Failed', message: choice.why };
    const { chosen } = choice.ranking;
    const other = differs(chosen, {
      name: textOf(work.details, 'source'),
      clusterId: textOf(work.details, 'clusterId'),
      revision: BigInt(textOf(work.details, 'revision')),
    });
    if (other !== undefined) return { state: 'Replan', message: `with all stopped, ${other}` };
    const more = grown(lossOf(choice.ranking), approvedLoss(work), chosen.name);
    if (more !== undefined)
      return {
        state: 'Replan',
        needsPerson: true,
        message: `with all stopped, more may be lost than was approved: ${more}`,
      };
    return {
      state: 'Done',
      message: `${chosen.name} is the best source: revision ${chosen.revision}, ${chosen.keys} keys`,
      notes: { seen: asNote(sources), method: chosen.complete ? 'Member' : 'RawDatabase' },
    };
  },
};

/** A member that was saved while it ran counts as that, whatever its volume is worth by now. */
function withSaved(source: Source, work: Pick<Work, 'details' | 'notes'>): Source {
  const saved = savedSurvivor(work);
  if (source.name !== saved?.source) return source;
  const clusterId = BigInt(`0x${textOf(work.details, 'clusterId')}`);
  const { last } = approvedLoss(work);
  const { unseen: _unseen, ...rest } = source;
  return {
    ...rest,
    usable: true,
    complete: true,
    clusterId,
    revision: BigInt(saved.revision),
    // The log that was saved is that of the approved plan: without a quorum nothing is appended to it.
    ...(last ? { lastTerm: BigInt(last.term), lastIndex: BigInt(last.index) } : {}),
  };
}

function asNote(sources: readonly Source[]): Json {
  return Object.fromEntries(
    sources
      .filter(({ kind }) => kind !== 'Snapshot')
      .map(({ name, memberId, clusterId, hashKV }): [string, SeenData & { readonly [key: string]: Json }] => [
        name,
        {
          ...(memberId === undefined ? {} : { memberId: memberId.toString() }),
          ...(clusterId === undefined ? {} : { clusterId: clusterId.toString() }),
          ...(hashKV === undefined ? {} : { hashKV: hashKV.toString() }),
        },
      ]),
  );
}
