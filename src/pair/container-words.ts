import type { Clock } from '../base/clock.ts';
import { isApiError } from '../kube/errors.ts';
import { wasKilled } from '../kube/container-end.ts';
import type { PodLogs } from '../kube/pod-logs.ts';
import { isFault, lastWords, waitingWords, type LastWords } from '../milvus/last-words.ts';
import { readable, type PodView } from './pod-view.ts';

/** A dump of every goroutine has some hundred lines below the panic (2.3.5: 260 to 680 in all). */
const endOfLog = { tailLines: 3_000, limitBytes: 1_048_576 } as const;

/** Of a container that runs: what keeps it waiting is written again and again. */
const presentLog = { tailLines: 200, limitBytes: 262_144, sinceSeconds: 120 } as const;

/** A container that runs for longer without registering is asked what it waits for, and again after as long. */
const ASK_EVERY_MS = 30_000;

interface Asked {
  readonly atMs: number;
  readonly words?: LastWords;
}

/**
 * What the coordinators of a pair said as they ended, or say while they do not come up, read from their logs: where the
 * kubelet's own message has it not, or there is none. Read in the background; whoever waits for it is woken.
 */
export class ContainerWords implements Disposable {
  readonly #clock: Clock;
  readonly #onFound: () => void;
  readonly #closing = new AbortController();
  /** By container ID; a container that ended says nothing new. */
  readonly #asked = new Map<string, Asked>();

  constructor(clock: Clock, onFound: () => void) {
    this.#clock = clock;
    this.#onFound = onFound;
  }

  /** The pods with what is known of their containers' words; asks for what is not, where logs may be read. */
  added(pods: readonly PodView[], logs: PodLogs | undefined, containerName: string): readonly PodView[] {
    const wanted = pods.map((pod) => wantedOf(pod, this.#clock.wallTime().getTime()));
    const ids = new Set(wanted.map((one) => one?.id));
    for (const id of this.#asked.keys()) if (!ids.has(id)) this.#asked.delete(id);
    return pods.map((pod, index) => {
      const want = wanted[index];
      if (!want) return pod;
      const known = this.#asked.get(want.id);
      const isDue = !known || (!want.ended && this.#clock.nowMs() - known.atMs >= ASK_EVERY_MS);
      if (logs && isDue) void this.#ask(pod, want, logs, containerName, known?.words);
      return known?.words ? { ...pod, container: { ...pod.container, lastWords: known.words } } : pod;
    });
  }

  /** When one of the containers is to be asked again, milliseconds from now; undefined: none is. */
  nextAskMs(pods: readonly PodView[]): number | undefined {
    const due = pods.flatMap(({ ready, terminating, container: { id, runningSince } }) => {
      if (ready || terminating || id === undefined || !runningSince) return [];
      const asked = this.#asked.get(id);
      const goneByMs = asked
        ? this.#clock.nowMs() - asked.atMs
        : this.#clock.wallTime().getTime() - runningSince.getTime();
      return [ASK_EVERY_MS - goneByMs];
    });
    return due.length === 0 ? undefined : Math.min(...due);
  }

  async #ask(
    { namespace, name }: PodView,
    { id, ended, previous }: Wanted,
    logs: PodLogs,
    container: string,
    before: LastWords | undefined,
  ): Promise<void> {
    const atMs = this.#clock.nowMs();
    this.#asked.set(id, { atMs, ...(before ? { words: before } : {}) });
    const { signal } = this.#closing;
    try {
      const part = ended ? endOfLog : presentLog;
      const text = await logs.podLog(namespace, name, { container, previous, ...part, signal });
      const words = readable(ended ? lastWords(text) : waitingWords(text));
      if (signal.aborted || !this.#asked.has(id)) return;
      this.#asked.set(id, { atMs, ...(words ? { words } : {}) });
      if (words?.line !== before?.line) this.#onFound();
    } catch (error) {
      // The log is gone, or may not be read: then the kubelet's own words have to do.
      if (!isApiError(error) && !signal.aborted) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#closing.abort(new Error('the pair is no longer looked after'));
  }
}

interface Wanted {
  readonly id: string;
  readonly ended: boolean;
  readonly previous: boolean;
}

/** Which container of a pod that does not come up has to be asked; undefined: none, or why it ended is known. */
function wantedOf({ ready, terminating, container }: PodView, nowMs: number): Wanted | undefined {
  if (ready || terminating) return undefined;
  const { terminated, lastTerminated, runningSince, id } = container;
  const end = terminated ?? (runningSince ? undefined : lastTerminated);
  if (end?.containerID !== undefined) {
    const kept = lastWords(end.message ?? '');
    if (end.exitCode === 0 || wasKilled(end) || (kept && !isFault(kept))) return undefined;
    return { id: end.containerID, ended: true, previous: !terminated };
  }
  if (!runningSince || id === undefined || nowMs - runningSince.getTime() < ASK_EVERY_MS) return undefined;
  return { id, ended: false, previous: false };
}
