import { z } from 'zod';
import { ephemeralName, ephemeralScript } from '../../../volumes/ephemeral-script.ts';
import { readSetAside } from '../../../volumes/results.ts';
import { dataPlace } from '../member-job.ts';
import type { Step } from '../../remedy.ts';
import { approved, entryOf } from './replacement.ts';

const LOOK_MS = 1_000;

/** How many ephemeral containers each of these steps has tried before, by its name. */
export const setAsideNotes = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, z.exactOptional(z.int().nonnegative())]));

/**
 * Renames the data directory of the member that was removed. The data of the member that takes its place is never
 * touched: not once that has started, and not while its log tells its id.
 *
 * @param suffix tells apart what was there at first and what a start in between has left
 */
export function setAside(name: string, suffix: string): Step {
  return {
    name,
    safeToStop: false,
    keepsChanges: true,
    run: async (work) => {
      const { pod: podName, peerURL, operation, member: removed } = approved(work);
      const world = await work.look();
      const listed = entryOf(world, peerURL);
      if (listed && listed.name !== '') return { state: 'Done', message: `the new member in ${podName} has started` };
      const pod = world.facts.pods.find((one) => one.name === podName);
      const place = dataPlace(world);
      if ('why' in place) return { state: 'Failed', keepChanges: true, message: place.why };
      if (!pod || pod.terminating) return { state: 'Waiting', message: `waits for pod ${podName}`, againMs: LOOK_MS };
      const { recovery, client, guard, notes, signal } = work;
      const { toolsImage } = guard.spec;
      const attempt = Number(notes[name] ?? 0);
      const outcome = await ephemeralScript(
        client,
        {
          namespace: recovery.metadata.namespace,
          podName,
          podUid: pod.uid,
          containerName: world.facts.setup.containerName,
          name: ephemeralName(operation, `set-aside${suffix}`, attempt),
          script: 'set-aside',
          env: {
            OPERATION: `${operation}${suffix}`,
            DATA_DIR: place.dataDir,
            ...(listed ? { SPARED_MEMBER_ID: listed.id.toString() } : {}),
            ...(removed === '' ? {} : { REMOVED_MEMBER_ID: BigInt(`0x${removed}`).toString() }),
          },
          ...(toolsImage === undefined ? {} : { toolsImage }),
        },
        signal,
      );
      switch (outcome.state) {
        case 'Running':
          return { state: 'Waiting', message: outcome.waiting ?? `works in pod ${podName}`, againMs: 500 };
        case 'Done': {
          const { movedTo, dataAgain } = readSetAside(outcome.result);
          return { state: 'Done', message: `${movedTo}${dataAgain ? ', and something was written since' : ''}` };
        }
        case 'Failed':
          if (outcome.refusal === 'UnexpectedState' || outcome.refusal === 'OtherIds')
            return { state: 'Done', message: `nothing to rename: ${outcome.message}` };
          // Something runs on data that does not tell whose it is, or the pod is another by now.
          if (outcome.refusal === 'LockHeld' || outcome.exitCode === undefined)
            return { state: 'Waiting', message: outcome.message, againMs: LOOK_MS, notes: { [name]: attempt + 1 } };
          return { state: 'Failed', keepChanges: true, message: outcome.message };
      }
    },
  };
}
