import type { ProbeFinding } from '../../probe/types.ts';
import type { PodView } from '../pod-view.ts';
import { freshOf, wasReady } from './stops.ts';

/** A process that was healthy and gives no answer any more: it is frozen, or cut off. */
export interface SeenSilence {
  readonly podUID: string;
  readonly containerID: string;
  /** Until when it was healthy, as its kubelet tells. */
  readonly since: Date;
}

/** One poll without an answer may be a busy machine. */
const POLLS = 2;

/** Every process that was healthy and gives no answer: those known from the status until they answer, and those seen now. */
export function seenSilences(
  known: readonly SeenSilence[],
  {
    pods,
    probes,
    now,
  }: { readonly pods: readonly PodView[]; readonly probes: readonly ProbeFinding[]; readonly now: Date },
): readonly SeenSilence[] {
  const fresh = freshOf(probes, now);
  return pods.flatMap((pod): readonly SeenSilence[] => {
    const { id, runningSince } = pod.container;
    if (id === undefined || !runningSince || pod.ready || !pod.unreadySince) return [];
    const finding = fresh.find(({ podUID, containerID }) => podUID === pod.uid && containerID === id);
    if (finding && finding.health !== 'Silent') return [];
    const before = known.find(({ podUID, containerID }) => podUID === pod.uid && containerID === id);
    if (before) return [before];
    const isSilent = finding !== undefined && finding.times >= POLLS && wasReady(pod);
    return isSilent ? [{ podUID: pod.uid, containerID: id, since: pod.unreadySince }] : [];
  });
}

/** The silence of this pod's present container, if one is known. */
export function silenceOf(pod: PodView | undefined, silences: readonly SeenSilence[]): SeenSilence | undefined {
  return pod && silences.find(({ podUID, containerID }) => podUID === pod.uid && containerID === pod.container.id);
}
