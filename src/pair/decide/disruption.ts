import type { EventDraft } from './event-draft.ts';

/**
 * The one disruptive act there is: ending a pod in order. SIGTERM makes Milvus give up its keys at once, so ending the
 * ACTIVE's pod is how the role is moved. Bound to the pod's uid: a successor of the same name is never hit.
 */
export interface EndPod {
  readonly podName: string;
  readonly podUID: string;
  /** Server ID that must still hold the role at the moment of acting; undefined: nobody may hold it. */
  readonly holderServerID: bigint | undefined;
  readonly why: string;
  /** Told once it is done. */
  readonly event?: EventDraft;
}
