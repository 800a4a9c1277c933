import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import type { Judgement } from '../../pair/decide/judgement.ts';
import type { PairMetrics } from './pairs.ts';

/**
 * Reports what each reconcile found to the metrics, while this replica leads: one that ends after the lead was lost would bring
 * back series that nobody keeps up to date, beside those of the replica that leads.
 */
export function pairReporter(
  pairs: PairMetrics,
  isLeader: () => boolean,
): (pair: CoordinatorPair, judgement: Pick<Judgement, 'status'>) => void {
  return ({ metadata: { namespace, name }, spec: { role, mode }, status: before }, { status }) => {
    if (!isLeader()) return;
    const { conditions = [] } = status;
    const known = conditions.find(({ type }) => type === 'EtcdReachable')?.status === 'True';
    const registered = status.members?.filter(({ state, serverID }) => serverID !== undefined && state !== 'Gone');
    pairs.report(
      { namespace, name },
      { role, mode, members: known ? (registered?.length ?? 0) : undefined, conditions },
    );
    const [latest] = status.history ?? [];
    if (!latest || latest.time === before?.history?.[0]?.time) return;
    pairs.activeChanged({ namespace, name }, latest.type);
    const { type, how, durationMilliseconds } = latest;
    // A failover that nobody watched has no duration.
    if (type === 'Failover' && how && durationMilliseconds !== undefined)
      pairs.failoverCompleted(how, durationMilliseconds);
  };
}
