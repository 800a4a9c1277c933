import type { Proposal, Transition } from '../../api/coordinator-pair.ts';
import type { ConditionReason } from '../../api/reasons.ts';
import type { RevokeLease } from './dead-sessions.ts';
import type { EndPod } from './disruption.ts';

/** What a remedy comes to once it may be carried out. */
export type RemedyAct =
  | { readonly kind: 'EndPod'; readonly endPod: EndPod }
  | { readonly kind: 'RevokeLease'; readonly revoke: RevokeLease }
  /** A planned change is recorded; what follows from it is decided by who looks after such changes. */
  | { readonly kind: 'Begin'; readonly transition: Transition };

/** Something the operator would do, with what a person needs to know to approve of it. */
export interface Remedy {
  readonly action: Proposal['action'];
  readonly policy: 'Auto' | 'Approve';
  readonly podUID: string;
  readonly reason: ConditionReason<'RemediationRequired'>;
  /** What was seen: no figure in it moves while nothing happens. */
  readonly evidence: string;
  /** What it may cost. */
  readonly risk: string;
  readonly act: RemedyAct;
}

/** A remedy, and from when on what was seen calls for it. */
export interface RemedyCandidate {
  readonly due: Date;
  readonly remedy: Remedy;
}
