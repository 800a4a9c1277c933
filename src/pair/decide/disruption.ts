import type { Role } from '../../milvus/roles.ts';
import type { EventDraft } from './event-draft.ts';
import type { Session } from './role-sessions.ts';

/**
 * The one disruptive act there is: ending a pod in order. SIGTERM makes Milvus give up its keys at once, so ending the
 * ACTIVE's pod is how the role is moved. Bound to the pod's uid: a successor of the same name is never hit.
 */
export interface EndPod {
  readonly podName: string;
  readonly podUID: string;
  /** Server ID that must still hold the role at the moment of acting; undefined: nobody may hold it. */
  readonly holderServerID: bigint | undefined;
  /** For the ACTIVE's pod: who is to take the role, and must be registered on a living lease at the moment of acting. */
  readonly successor?: Session;
  /** For a `mixture`: its further roles, which must be held at the moment of acting as they were found. */
  readonly others?: readonly RoleHandover[];
  /** Ended because it has no session: right before there must still be none, and the same container must run. */
  readonly unregistered?: UnregisteredContainer;
  /** Ended because it stands by and does not take a free role: it must still be registered so, or another process runs by now. */
  readonly idle?: Session;
  readonly why: string;
  /** For a pod that is being deleted already and does not go. */
  readonly force?: ForcedEnd;
  /** Told once it is done. */
  readonly event?: EventDraft;
}

/** A container whose process has no session. */
export interface UnregisteredContainer {
  readonly containerID: string;
  /** Whether its kubelet must still call it ready. */
  readonly ready: boolean;
}

/** What ending a pod means for one further role of a `mixture`. */
export interface RoleHandover {
  readonly role: Role;
  /** Lease of the process that holds it; undefined: nobody does. */
  readonly holderLease?: bigint;
  /** For a role that the pod holds: who is to take it, and must be registered on a living lease at that moment. */
  readonly successor?: Session;
}

/** How the deletion of a pod is made to come to its end. */
export interface ForcedEnd {
  /**
   * 1: its kubelet kills the process within a second and reports its end, which proves it. 0: the object goes at once,
   * and nothing is known of the process.
   */
  readonly graceSeconds: 0 | 1;
  readonly nodeName: string;
  /** How the node must be found right before; one that is gone counts as not ready. */
  readonly nodeReady: boolean;
}
