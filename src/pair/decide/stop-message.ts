import type { PairFacts } from '../facts.ts';
import type { PodView } from '../pod-view.ts';
import { stopOfPod } from './stops.ts';
import { STUCK_STOP_AFTER_MS } from './stuck-stop.ts';

/** What people read of a process that was told to stop and has not ended: since when, why it is thought so, until when. */
export function stopMessage(pod: PodView | undefined, { stops, pair }: PairFacts): string | undefined {
  const stop = stopOfPod(pod, stops);
  if (!pod || !stop) return undefined;
  return `it was told to stop and serves no more since ${stop.seenTime.toISOString()} (${stop.evidence}); its process has not ended, ${untilWhen(pod, stop.seenTime, pair)}`;
}

function untilWhen({ deletion }: PodView, seenTime: Date, { spec }: PairFacts['pair']): string {
  if (deletion) {
    const end = new Date(deletion.requestedAt.getTime() + deletion.graceSeconds * 1000);
    return `and is killed at ${end.toISOString()}, when its grace period is over`;
  }
  if (spec.remediation.zombieStandby === 'Never') return 'and nothing ends it: delete the pod';
  const due = new Date(seenTime.getTime() + STUCK_STOP_AFTER_MS);
  return `and its pod is restarted if that lasts beyond ${due.toISOString()}`;
}
