import type { AilmentCase } from '../../../../src/api/etcd-guard.ts';
import type { EtcdFacts } from '../../../../src/etcdcare/facts.ts';

/** An etcd in trouble, and what it has to be called. */
export interface Situation {
  readonly about: string;
  readonly facts: EtcdFacts;
  readonly case: AilmentCase;
  readonly pods: readonly string[];
  /** A piece of the evidence. */
  readonly evidence: string;
}
