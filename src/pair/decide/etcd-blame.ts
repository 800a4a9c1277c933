import { EXIT_CODE_ETCD } from '../../milvus/exit-codes.ts';
import type { EtcdFacts, PairFacts } from '../facts.ts';
import type { PodView } from '../pod-view.ts';
import { leaseSeconds } from './lease-time.ts';
import { STEADY_AFTER_MS } from './zombies.ts';

/**
 * Until when Milvus' own exits may still follow from an outage of etcd that is over; undefined: not or no longer. Exits
 * came up to seven seconds after etcd was back (measured with 2.2.8 to 3.x).
 */
export function unsteadyUntil({ etcd, now }: PairFacts): Date | undefined {
  if (etcd.state !== 'Known' || !etcd.outage) return undefined;
  const until = new Date(Math.max(etcd.outage.end.getTime(), etcd.steadySince.getTime()) + STEADY_AFTER_MS);
  return now < until ? until : undefined;
}

/**
 * Why the last end of this pod's process is to be blamed on etcd, not on the pod; undefined: nothing says so. Milvus 3.x
 * says it by its exit code; before, the time tells: a process that could not renew its lease ends within one TTL of the
 * outage, or shortly after etcd is back.
 */
export function lostEtcd({ container }: PodView, etcd: EtcdFacts): string | undefined {
  const { exitCode, finishedAt } = container.terminated ?? container.lastTerminated ?? {};
  if (exitCode === EXIT_CODE_ETCD)
    return `its last process ended with exit code ${EXIT_CODE_ETCD}, by which Milvus says that it lost its session in etcd`;
  if (etcd.state !== 'Known' || !etcd.outage || finishedAt === undefined) return undefined;
  const { since, end } = etcd.outage;
  const ttlMs = leaseSeconds(etcd) * 1000;
  const finishedMs = Date.parse(finishedAt);
  // Kubelets write whole seconds, cut off.
  if (finishedMs < since.getTime() - 1_000 || finishedMs > end.getTime() + ttlMs + STEADY_AFTER_MS) return undefined;
  return `its last process ended at ${finishedAt} with exit code ${exitCode}: etcd could not be read from ${since.toISOString()} to ${end.toISOString()}, and a process that cannot renew its session ends`;
}
