import type { AilmentCase, Certainty } from '../../api/etcd-guard.ts';
import type { EtcdFacts } from '../facts.ts';
import type { Quorum } from './quorum.ts';

/** What ails an etcd: advice, never an act. */
export interface Ailment {
  readonly case: AilmentCase;
  readonly pods: readonly string[];
  /** The very line, exit code, event or answer, without anything that moves from one look to the next. */
  readonly evidence: string;
  readonly certainty: Certainty;
  /** What to do by hand, in a safe order. */
  readonly remedy: string;
}

/** What a check looks at: the facts and what follows from them about the quorum. */
export interface Case {
  readonly facts: EtcdFacts;
  readonly quorum: Quorum;
}

/** Looks for one ailment. Pure: same facts, same finding. */
export type Check = (input: Case) => Ailment | undefined;
