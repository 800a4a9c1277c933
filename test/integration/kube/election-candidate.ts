import { createKubeClient } from '../../../src/kube/transport.ts';
import { LeaseElection } from '../../../src/kube/lease-election.ts';
import { silent } from '../../../src/base/log.ts';

/**
 * A process that stands for election: `node election-candidate.ts KUBECONFIG NAMESPACE IDENTITY`. It prints a JSON line
 * every 20 ms: whether it is the leader, by its own judgement, at that moment; and one when that changes. SIGTERM stops it.
 */
const [kubeconfig = '', namespace = '', identity = ''] = process.argv.slice(2);
const client = createKubeClient({ kubeconfig, version: 'test', component: identity });
const say = (what: string): void => {
  // The time is read first: a process may be frozen between any two of these, and then says later what it found out before.
  const at = Date.now();
  console.log(JSON.stringify({ what, leader: election.isLeader, at }));
};
const election = new LeaseElection({
  client,
  namespace,
  name: 'operator',
  identity,
  leaseDurationMs: 3_000,
  renewDeadlineMs: 2_000,
  retryPeriodMs: 400,
  onStartedLeading: () => say('started'),
  onStoppedLeading: () => say('stopped'),
  log: silent,
});
election.start();
const looks = setInterval(() => say('looked'), 20);
process.once('SIGTERM', () => {
  clearInterval(looks);
  void election[Symbol.asyncDispose]().then(() => client[Symbol.asyncDispose]());
});
