import { describe, expect, it } from '@jest/globals';
import { quorumOf } from '../../../../src/etcdcare/diagnose/quorum.ts';
import { clusterID, crashing, etcd, look, now, pod, setup } from '../support/facts.ts';

describe('a quorum', () => {
  it('is lost when so many members are scaled away that the one that is left cannot be a majority', () => {
    const silent = { looks: [], pods: [pod('etcd-0', { ready: false })] };
    expect(quorumOf(etcd({ ...silent, setup: { ...setup, replicas: 1 } }))).toMatchObject({
      verdict: 'Lost',
      evidence: 'the containers of etcd-1, etcd-2 do not run, or not for long, and no pod is ready',
    });
  });

  it('is not known to be lost of members that run and do not answer', () => {
    const silent = { looks: [], pods: ['etcd-0', 'etcd-1', 'etcd-2'].map((name) => pod(name, { ready: false })) };
    expect(quorumOf(etcd(silent)).verdict).toBe('Unknown');
  });

  it('is lost when members crash again and again, also at a moment when one of them runs', () => {
    const running = (secondsAgo: number) => ({
      state: 'Running' as const,
      since: new Date(now.getTime() - secondsAgo * 1000),
    });
    const crashes = (secondsAgo: number, restarts: number) => {
      const crash = { exitCode: 2, containerID: 'containerd://before', finishedAt: now, restarts };
      const again = crashing('etcd-0', 2, [], { container: running(secondsAgo), crash });
      return quorumOf(etcd({ looks: [], pods: [again, crashing('etcd-1', 2, []), pod('etcd-2', { ready: false })] }));
    };
    expect(crashes(5, 2).verdict).toBe('Lost');
    expect(crashes(5, 1).verdict).toBe('Unknown');
    expect(crashes(60, 9).verdict).toBe('Unknown');
  });

  it('is lost by the word of a member that lets nobody log in, for it sees no leader', () => {
    const error = { code: 'NoLeader', message: 'logging in as "root" failed' } as const;
    const pods = ['etcd-0', 'etcd-1', 'etcd-2'].map((name) => pod(name, { ready: false }));
    expect(quorumOf(etcd({ pods, looks: [{ podName: 'etcd-0', error }] }))).toMatchObject({
      verdict: 'Lost',
      evidence: 'etcd-0 answers and sees no leader',
    });
    const other = look('etcd-1', {}, false);
    expect(quorumOf(etcd({ pods, looks: [{ podName: 'etcd-0', error }, other] })).verdict).toBe('Unknown');
  });

  it('is counted over the members that a quorum knows, not those that a forgotten volume remembers', () => {
    const header = { clusterID: clusterID + 1n, memberID: 7n, revision: 9n, raftTerm: 9n };
    const leftOver = look('etcd-2', { header, leader: 0n, raftAppliedIndex: 99_999n }, false);
    if (!('answer' in leftOver)) throw new Error('it answers');
    const stale = { ...leftOver, answer: { ...leftOver.answer, members: [{ ...leftOver.answer.members[0], id: 7n }] } };
    const seen = quorumOf(etcd({ looks: [look('etcd-0'), look('etcd-1'), stale as typeof leftOver] }));
    expect(seen).toMatchObject({ verdict: 'Quorate', voters: 3, healthy: 2 });
  });

  it('is not judged of an etcd that somebody has scaled to nothing', () => {
    expect(quorumOf(etcd({ setup: { ...setup, replicas: 0 }, pods: [], looks: [] })).verdict).toBe('Unknown');
  });
});
