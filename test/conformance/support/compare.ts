import { describe, expect, it } from '@jest/globals';
import type { MilvusRelease } from '../../images/milvus-server.ts';
import { acts, type Act } from '../acts.ts';
import { Stage, type Trace } from './stage.ts';
import { realMilvus, standIn, type Subject } from './subject.ts';

/** Plays every act with the real server of a release and with its stand-in: what is seen must be the same. */
export function compareWithRealServer(release: MilvusRelease): void {
  describe(`The stand-in of Milvus ${release} does what the real server does`, () => {
    it.each(acts)(
      'when $title',
      async (act) => {
        // Both to their ends, also where one fails: a test that goes on after its file keeps jest from ending.
        const [real, played] = await Promise.allSettled([
          play(act, (folder) => realMilvus(release, folder)),
          play(act, (folder) => standIn(release, folder)),
        ]);
        if (real.status === 'rejected') throw real.reason;
        if (played.status === 'rejected') throw played.reason;
        expect(played.value).toEqual(real.value);
      },
      240_000,
    );
  });
}

async function play(act: Act, subject: (folder: string) => Promise<Subject>): Promise<Trace> {
  await using stage = await Stage.open(subject);
  await act.play(stage);
  return await stage.trace();
}
