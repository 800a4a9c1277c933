import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import { annotations } from '../../api/names.ts';

/** Why a pair is meant to have no pods. */
export interface Stop {
  readonly reason: 'Stopped' | 'Suspended';
  /** Who wants it so, and how it ends. */
  readonly message: string;
}

/**
 * Why this pair is meant to have no pods; undefined: it is meant to run. What its user wants goes first: a pair that is
 * stopped by its spec stays stopped when the recovery is over.
 */
export function stopOf({ metadata, spec }: CoordinatorPair): Stop | undefined {
  if (spec.runState === 'Stopped')
    return { reason: 'Stopped', message: 'the pair is stopped: spec.runState is Stopped' };
  const recovery = metadata.annotations?.[annotations.suspendedBy];
  if (recovery === undefined || recovery === '') return undefined;
  return { reason: 'Suspended', message: `suspended by EtcdRecovery ${recovery}: ${howItEnds(spec)}` };
}

function howItEnds({ mode, workloadRef }: CoordinatorPair['spec']): string {
  const end = `it takes away the annotation ${annotations.suspendedBy} when etcd is well again; see kubectl get etcdrecoveries`;
  if (!workloadRef && mode === 'Managed') return `no pod runs while etcd is rebuilt, and ${end}`;
  const workload = workloadRef ? `${workloadRef.kind} ${workloadRef.name}` : 'the StatefulSet';
  return `the recovery itself scales ${workload} down and up again, and ${end}`;
}
