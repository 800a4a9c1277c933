import { unsteadyUntil } from '../etcd-blame.ts';
import { blind, type Assessment, type Finding } from './assessment.ts';

const type = 'EtcdHealthy';

/**
 * Whether etcd has a quorum. A linearizable read proves it; when none succeeds, what the endpoints say one by one tells
 * a lost quorum (an endpoint that answers and sees no leader) from an operator that cannot reach them.
 */
export function etcdHealthy(assessment: Assessment): Finding<typeof type> {
  const { etcd } = assessment.facts;
  if (etcd.state === 'Unknown' && etcd.endpoints.some(({ finding }) => finding === 'NoLeader'))
    return {
      type,
      status: 'False',
      reason: 'NoQuorum',
      message: `etcd answers and has no leader since ${etcd.since.toISOString()}: ${etcd.endpoints.map(({ endpoint, detail }) => `${endpoint} ${detail}`).join('; ')}`,
    };
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const unsteady = unsteadyUntil(assessment.facts);
  if (unsteady && etcd.state === 'Known' && etcd.outage)
    return {
      type,
      status: 'False',
      reason: 'JustBack',
      message: `etcd could not be read from ${etcd.outage.since.toISOString()} to ${etcd.outage.end.toISOString()}: processes that lost their session meanwhile may still end, and pods are left alone until ${unsteady.toISOString()}`,
    };
  return { type, status: 'True', reason: 'Healthy', message: 'a linearizable read succeeds' };
}
