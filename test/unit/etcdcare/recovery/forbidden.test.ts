import { describe, expect, it } from '@jest/globals';
import type { EtcdRecovery, RecoveryAction } from '../../../../src/api/etcd-recovery.ts';
import { forbidden, unseen } from '../../../../src/etcdcare/recovery/forbidden.ts';
import type { EtcdWorld } from '../../../../src/etcdcare/recovery/world.ts';
import { clusterID, etcd, look, memberID, names } from '../support/facts.ts';
import { worldOf } from './remedies/worlds.ts';
import { recovery } from './support.ts';

const specOf = (action: RecoveryAction, podName?: string): EtcdRecovery['spec'] =>
  recovery({ action, ...(podName === undefined ? {} : { source: { podName } }) }).spec;

const header = (name: string, revision: bigint, id = clusterID) => ({
  clusterID: id,
  memberID: memberID(name),
  revision,
  raftTerm: 3n,
});
const twoClusters = worldOf(
  etcd({
    looks: names.map((name) => look(name, name === 'etcd-0' ? {} : { header: header(name, 2n, clusterID + 1n) })),
  }),
);
const silentSplit = worldOf(
  etcd({ looks: names.map((name) => look(name, { header: header(name, name === 'etcd-0' ? 9_000n : 2n) })) }),
);

describe('what is forbidden whatever the plan is', () => {
  it.each([
    ['members of several clusters', twoClusters],
    ['members that hold different data', silentSplit],
  ])('of %s is every rebuild for which nobody has named the source', (_, world) => {
    for (const action of ['RebuildFromSurvivor', 'RestoreFromSnapshot'] as const) {
      expect(forbidden(specOf(action), world)).toContain('a person has to decide which of them has the data');
      expect(forbidden(specOf(action, 'etcd-0'), world)).toBeUndefined();
    }
  });

  it('of members of several clusters is everything else, too, but saving them', () => {
    for (const action of ['ReplaceMember', 'RestartQuorum', 'ReclaimSpace', 'Cleanup', 'MoveLeader'] as const)
      expect(forbidden(specOf(action, 'etcd-0'), twoClusters)).toContain('members belong to different clusters');
    expect(forbidden(specOf('Snapshot'), twoClusters)).toBeUndefined();
  });

  it('of members that the guard saw to differ is the same while the one that differs is silent', () => {
    const error = { code: 'DeadlineExceeded', message: 'no answer' } as const;
    const looks = names.map((name) => (name === 'etcd-0' ? { podName: name, error } : look(name)));
    const silent = worldOf(etcd({ looks }));
    const { case: ailment, evidence } = silentSplit.ailment ?? { case: 'Unrecognised', evidence: '' };
    const diagnosis = {
      case: ailment,
      evidence,
      sinceTime: '2026-11-21T12:00:00Z',
      certainty: 'Likely',
      remedy: '',
    } as const;
    const remembering: EtcdWorld = { ...silent, guard: { ...silent.guard, status: { diagnosis } } };
    expect(forbidden(specOf('RebuildFromSurvivor'), silent)).toBeUndefined();
    expect(forbidden(specOf('RebuildFromSurvivor'), remembering)).toContain('members hold different data');
    expect(forbidden(specOf('RebuildFromSurvivor'), { ...worldOf(), guard: remembering.guard })).toBeUndefined();
  });

  it('of the younger of two guards is everything', () => {
    const { guard, ...world } = worldOf();
    const conflict = {
      type: 'Conflict',
      status: 'True',
      reason: 'AnotherGuard',
      message: 'EtcdGuard first is older',
      observedGeneration: 1,
      lastTransitionTime: '2026-11-21T12:00:00Z',
    } as const;
    const younger: EtcdWorld = { ...world, guard: { ...guard, status: { conditions: [conflict] } } };
    expect(forbidden(specOf('ReclaimSpace'), younger)).toBe(
      'EtcdGuard first is older, or name the older one in spec.guardName',
    );
    expect(forbidden(specOf('ReclaimSpace'), worldOf())).toBeUndefined();
  });
});

describe('what waits', () => {
  const error = { code: 'DeadlineExceeded', message: 'no answer' } as const;
  const blind = worldOf(etcd({ looks: names.map((podName) => ({ podName, error })) }));

  it('is every action on members that the operator cannot see, with what keeps it from seeing', () => {
    for (const action of ['RebuildFromSurvivor', 'ReplaceMember', 'RestartQuorum', 'Cleanup'] as const)
      expect(unseen(specOf(action), blind)).toMatch(
        /^waits: .*etcd-0 \(DeadlineExceeded: no answer\).*network policies/,
      );
  });

  it('is none of those on members that it sees', () => {
    expect(unseen(specOf('RebuildFromSurvivor'), worldOf())).toBeUndefined();
  });
});
