import { sleep, type Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { isForbidden, isNotFound } from '../kube/errors.ts';
import type { ResourceKind } from '../kube/objects.ts';

/** How often it is asked whether an API is there, while it is not. */
const LOOK_MS = 60_000;

/** An API that the operator can do without. */
export interface OptionalAPI {
  readonly client: Pick<KubeClient, 'list'>;
  readonly kind: ResourceKind;
  readonly namespace?: string;
  /** What does not happen without it, for the log: `no etcd is guarded`. */
  readonly without: string;
  /** Told once, when it is not there. */
  readonly onMissing?: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Resolves when an API is served and may be read; says once why not. @throws the signal's reason. */
export async function apiIsThere(api: OptionalAPI, signal: AbortSignal): Promise<void> {
  const { client, kind, namespace, without, onMissing, clock, log } = api;
  for (let told = false; ; told = true) {
    try {
      await client.list(kind, { limit: 1, signal, ...(namespace === undefined ? {} : { namespace }) });
      return;
    } catch (error) {
      signal.throwIfAborted();
      const why = isNotFound(error)
        ? `the CustomResourceDefinition ${kind.plural}.${kind.group} is not installed: ${without}; install it, or start with --etcd-guard=false`
        : isForbidden(error)
          ? `${kind.plural} may not be read: ${without}; grant what docs/install.md lists, or start with --etcd-guard=false`
          : `${kind.plural} cannot be read: ${without} until they can`;
      if (!told) {
        log.warn({ err: error }, why);
        onMissing?.();
      }
    }
    await sleep(clock, LOOK_MS, signal);
  }
}
