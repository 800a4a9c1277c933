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
  return { type, status: 'True', reason: 'Healthy', message: 'a linearizable read succeeds' };
}
