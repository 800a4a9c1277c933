import type { z } from 'zod';
import type { EtcdRecovery, RecoveryAction, RecoverySource } from '../../api/etcd-recovery.ts';
import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { PodLogs } from '../../kube/pod-logs.ts';
import type { EtcdMemberClient } from '../../etcd/member-client.ts';
import type { MemberAdmin } from '../../etcd/member-admin.ts';
import type { Journal } from './journal.ts';
import type { TemporaryChange } from './temporary-change.ts';
import type { EtcdWorld } from './world.ts';

/** What can be written as JSON and read back the same. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a remedy wants to do. */
export interface Plan {
  /** What each step does, in words, in the order of {@link Remedy.steps}. */
  readonly steps: readonly string[];
  readonly mayLose: string;
  /** How it can be undone, and until when. */
  readonly undo: string;
  /** What was seen that asks for it. */
  readonly evidence: string;
  /**
   * What the steps work on: chosen here, approved with the plan, and never chosen anew later. Part of the plan's hash,
   * so nothing in it moves from one look to the next: ids, names, uids, sums, never figures such as a revision.
   */
  readonly details: { readonly [key: string]: Json };
  /** True: a person has to approve it whatever the guard's policy says. */
  readonly needsPerson?: boolean;
  readonly sources?: readonly RecoverySource[];
}

/** What planning came to. */
export type Planned =
  | { readonly state: 'Planned'; readonly plan: Plan }
  /** Something has to be looked at first, for instance volumes by Jobs. */
  | { readonly state: 'Waiting'; readonly why: string; readonly againMs: number }
  /** The action does not fit: why, and what to do instead. */
  | { readonly state: 'Refused'; readonly why: string };

/** What one run of a step came to. */
export type StepOutcome =
  /** The world is as the step leaves it. `notes` are kept for later steps and for the one who reads. */
  | { readonly state: 'Done'; readonly message: string; readonly notes?: { readonly [key: string]: Json } }
  | {
      readonly state: 'Waiting';
      readonly message: string;
      readonly againMs: number;
      readonly notes?: { readonly [key: string]: Json };
    }
  /**
   * It cannot go on; says how to go on by hand. With `keepChanges` nothing is put back, because what was changed for the
   * time protects something, for instance Milvus from an etcd that lacks data: a person ends it by another recovery.
   */
  | { readonly state: 'Failed'; readonly message: string; readonly keepChanges?: true }
  /** Nothing has to be repaired any more: what was changed for the time is put back, and the recovery is cancelled. */
  | { readonly state: 'Over'; readonly message: string }
  /**
   * Looking closer found something else than was approved: plan again, with what was changed so far left as it is. With
   * `needsPerson` more may be lost by it, which a person has to approve whatever the guard's policy says.
   */
  | { readonly state: 'Replan'; readonly message: string; readonly needsPerson?: true };

/** What planning may use. It changes nothing but by Jobs on copies. */
export interface Planning {
  readonly recovery: EtcdRecovery;
  readonly world: EtcdWorld;
  readonly client: KubeClient & PodLogs;
  /** The image of the operator itself, for Jobs that carry files between volumes; absent: not known. */
  readonly operatorImage?: string;
  /** Namespaces that CoordinatorPairs are looked for in; empty: all. */
  readonly watchNamespaces: readonly string[];
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** What a step may use. */
export interface Work extends Omit<Planning, 'world'> {
  /** Looks at the etcd now. @throws WorldUnseen when it cannot be seen: the step is run again. */
  look(): Promise<EtcdWorld>;
  /** As approved. */
  readonly details: Plan['details'];
  /** As it is now, but for what the plan was approved with. */
  readonly guard: EtcdGuard;
  /** What earlier steps noted. */
  readonly notes: Journal['notes'];
  /** What was changed for the time so far, newest last. */
  readonly changes: readonly TemporaryChange[];
  /** When this step began. */
  readonly stepStarted: Date;
  /** The member in a pod, to ask and to change it. @throws Error when the pod has no address or credentials lack. */
  member(podName: string): Promise<EtcdMemberClient & MemberAdmin>;
  /**
   * Makes a change that is put back at the end, whatever the end is: journalled first. Only of the version of the object
   * that was looked at: one that comes late hits nothing. @throws ApiError; isConflict: look again.
   */
  change(change: TemporaryChange, resourceVersion: string): Promise<void>;
  /** Journals a change that the step makes itself right after, so that it is put back at the end. */
  remember(change: TemporaryChange): Promise<void>;
  /** Forgets one without putting it back, because something else will: by its name. Again, or without it: does nothing. */
  forget(name: string): Promise<void>;
  /** Puts one back now, by its name. Again, or without there being one: does nothing. */
  putBack(name: string): Promise<void>;
}

/**
 * A step: idempotent. It looks at the world and does what is missing, so that it may be run again after any
 * interruption, by another operator too; it asks for preconditions (uid, resourceVersion, what etcd says) in the call itself.
 */
export interface Step {
  /** CamelCase, unique in its remedy. */
  readonly name: string;
  /** Whether it is safe to stop for good before this step and in it: what was changed so far can be put back. */
  readonly safeToStop: boolean;
  /** It has failed when it is not done within so many milliseconds; default 20 minutes. */
  readonly withinMs?: number;
  /** When it has failed by its time, nothing is put back; see `keepChanges` of {@link StepOutcome}. */
  readonly keepsChanges?: true;
  run(work: Work): Promise<StepOutcome>;
}

/** The etcd cannot be looked at now, for instance because its StatefulSet is being made anew. */
export class WorldUnseen extends Error {
  override readonly name = 'WorldUnseen';
}

/** An object that a journal is about. */
export interface NamedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** One repair. */
export interface Remedy {
  readonly action: RecoveryAction;
  plan(planning: Planning): Promise<Planned>;
  /** What {@link Plan.details} looks like: a journal with anything else is refused. */
  readonly details: z.ZodType;
  /** What the steps note, the same. */
  readonly notes: z.ZodType;
  /** The objects that notes name, where they name any: a journal with others than the guard's is refused. */
  readonly objectsIn?: (notes: Journal['notes']) => readonly NamedObject[];
  readonly steps: readonly Step[];
}
