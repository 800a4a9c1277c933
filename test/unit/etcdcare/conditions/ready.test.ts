import { describe, expect, it } from '@jest/globals';
import type { EtcdGuardStatus } from '../../../../src/api/etcd-guard.ts';
import type { EtcdRecovery, RecoveryState } from '../../../../src/api/etcd-recovery.ts';
import type { EtcdFacts, GuardFacts } from '../../../../src/etcdcare/facts.ts';
import { judge } from '../../../../src/etcdcare/judgement.ts';
import { recovery } from '../recovery/support.ts';
import { crashing, etcd, etcdWith, guard, now } from '../support/facts.ts';

const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const lost = etcdWith([crashing('etcd-1', 1, ['news']), crashing('etcd-2', 1, ['news'])]);
const waiting = recovery(
  { action: 'RestartQuorum' },
  { state: 'AwaitingApproval', message: 'a person has to decide' },
  { forCase: 'QuorumLost', createdAt: now.toISOString() },
);
const inState = (state: RecoveryState): EtcdRecovery => ({
  ...waiting,
  status: { state, message: 'as it is' },
});

interface Also extends Partial<GuardFacts> {
  readonly before?: EtcdGuardStatus;
}

const judged = (facts: EtcdFacts, { before, ...also }: Also = {}): EtcdGuardStatus =>
  judge({ now: facts.now, guard: guard(before), subject: { state: 'Etcd', facts }, recoveries: [], ...also });

/** What kstatus, and with it Flux, `kubectl wait` and the health check of Argo CD, goes by. */
const summary = ({ conditions = [] }: EtcdGuardStatus): Record<string, string> =>
  Object.fromEntries(
    conditions
      .filter(({ type }) => ['Ready', 'Reconciling', 'Stalled'].includes(type))
      .map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );

/** A lost quorum that has held for the window of ten minutes. */
const held = (recoveries: readonly EtcdRecovery[]): EtcdGuardStatus =>
  judged({ ...lost, now: later(10) }, { before: judged(lost), recoveries });

describe('Ready, Reconciling and Stalled of a guard', () => {
  it('are Ready alone while every member is well', () => {
    expect(summary(judged(etcd()))).toEqual({ Ready: 'True EtcdReady' });
  });

  it('are Ready alone while a snapshot of an etcd that is well is saved', () => {
    const recoveries = [recovery({ action: 'Snapshot' }, { state: 'Running' })];
    expect(summary(judged(etcd(), { recoveries }))).toEqual({ Ready: 'True EtcdReady' });
  });

  it('are Ready alone while a cleanup of an etcd that is well waits for a person', () => {
    const recoveries = [recovery({ action: 'Cleanup' }, { state: 'AwaitingApproval' })];
    expect(summary(judged(etcd(), { recoveries }))).toEqual({ Ready: 'True EtcdReady' });
  });

  it('say not ready of one member that is down', () => {
    expect(summary(judged(etcdWith([crashing('etcd-1', 1, ['news'])])))).toMatchObject({ Ready: 'False Degraded' });
  });

  it('say not ready of a lost quorum, and neither of the others while it may heal by itself', () => {
    expect(summary(judged(lost))).toEqual({ Ready: 'False QuorumLost' });
  });

  it('say reconciling while a recovery repairs it', () => {
    expect(summary(held([inState('Running')]))).toEqual({
      Ready: 'False QuorumLost',
      Reconciling: 'True Repairing',
    });
  });

  it('say reconciling from the moment on at which a recovery is asked for', () => {
    expect(summary(held([]))).toEqual({ Ready: 'False QuorumLost', Reconciling: 'True RepairPlanned' });
    expect(summary(held([inState('Planned')]))).toEqual({
      Ready: 'False QuorumLost',
      Reconciling: 'True RepairPlanned',
    });
  });

  it('say stalled while its repair waits for a person, in SUMMARY too', () => {
    const status = held([waiting]);
    expect(summary(status)).toEqual({ Ready: 'False QuorumLost', Stalled: 'True AwaitingApproval' });
    expect(status.summary).toContain('EtcdRecovery repair (RestartQuorum) waits for approval');
  });

  it('say reconciling while another repair is left to be tried', () => {
    expect(summary(held([inState('Failed')]))).toEqual({
      Ready: 'False QuorumLost',
      Reconciling: 'True RepairPlanned',
    });
  });

  it.each(['Failed', 'Refused'] as const)('say stalled when every repair was %s', (state) => {
    const actions = ['RestartQuorum', 'RebuildFromSurvivor', 'RestoreFromSnapshot'] as const;
    const status = { state, message: 'no usable source', endTime: later(10).toISOString() };
    const tried = actions.map((action) =>
      recovery({ action }, status, { name: action, forCase: 'QuorumLost', createdAt: now.toISOString() }),
    );
    expect(summary(held(tried))).toEqual({ Ready: 'False QuorumLost', Stalled: 'True RepairFailed' });
  });

  it('say stalled of a lost quorum that the policy lets nothing repair', () => {
    const never = guard(judged(lost));
    const policy = { ...never.spec.policy, restartQuorum: 'Never' as const };
    const facts = { ...lost, now: later(10) };
    const status = judged(facts, { guard: { ...never, spec: { ...never.spec, policy } } });
    expect(summary(status)).toEqual({ Ready: 'False QuorumLost', Stalled: 'True RepairByHand' });
  });

  it('say stalled of a guard beside an older one, however well etcd is', () => {
    expect(summary(judged(etcd(), { rival: { name: 'first', older: true } }))).toEqual({
      Ready: 'False AnotherGuard',
      Stalled: 'True AnotherGuard',
    });
    expect(summary(judged(etcd(), { rival: { name: 'second', older: false } }))).toEqual({ Ready: 'True EtcdReady' });
  });

  it('know nothing of a StatefulSet that is not there yet, and call one without etcd stalled', () => {
    const missing = judge({ now, guard: guard(), subject: { state: 'NotFound' }, recoveries: [] });
    expect(summary(missing)).toEqual({ Ready: 'Unknown StatefulSetNotFound' });
    const subject = { state: 'NotEtcd', why: 'it runs a web server' } as const;
    const other = judge({ now, guard: guard(), subject, recoveries: [] });
    expect(summary(other)).toEqual({ Ready: 'Unknown NotEtcd', Stalled: 'True NotEtcd' });
  });
});
