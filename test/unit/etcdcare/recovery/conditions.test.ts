import { describe, expect, it } from '@jest/globals';
import { endStates, type EtcdRecovery, type RecoveryState } from '../../../../src/api/etcd-recovery.ts';
import type { ConditionReasonEntry } from '../../../../src/api/reason-entry.ts';
import { recoveryReasons } from '../../../../src/api/recovery-reasons.ts';
import { StatusWriter } from '../../../../src/etcdcare/recovery/status-writer.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { fakeClient } from '../../kube/fake-client.ts';
import { recovery } from './support.ts';

const { signal } = new AbortController();

/** Writes statuses with a clock of its own, and tells how often the API server was asked to. */
function stage() {
  const clock = new VirtualClock();
  let writes = 0;
  const client = fakeClient({
    apply: ((_kind: unknown, object: EtcdRecovery) => {
      writes += 1;
      return Promise.resolve(object);
    }) as never,
  });
  return { clock, writer: new StatusWriter({ client: client as never, clock }), writes: () => writes };
}

const conditions = ({ status }: EtcdRecovery): Record<string, string> =>
  Object.fromEntries((status?.conditions ?? []).map(({ type, status: is, reason }) => [type, `${is} ${reason}`]));

const inState = async (state: RecoveryState, of = recovery()): Promise<EtcdRecovery> =>
  stage().writer.write(of, { state, message: 'as it is' }, signal);

describe('the conditions of a recovery', () => {
  it.each([
    ['Planned', 'True Planning'],
    ['AwaitingApproval', 'True AwaitingApproval'],
    ['Running', 'True Running'],
  ] as const)('of one that is %s say that it is on its way', async (state, expected) => {
    expect(conditions(await inState(state))).toEqual({
      Complete: 'False NotEnded',
      Failed: 'False NotFailed',
      Reconciling: expected,
    });
  });

  it('of one that has succeeded are Complete alone', async () => {
    expect(conditions(await inState('Succeeded'))).toEqual({ Complete: 'True Succeeded', Failed: 'False NotFailed' });
  });

  it.each(['Failed', 'Refused', 'Cancelled', 'Expired'] as const)(
    'of one that is %s end every wait, and say that it comes no further',
    async (state) => {
      expect(conditions(await inState(state))).toEqual({
        Complete: 'False NotSucceeded',
        Failed: `True ${state}`,
        Stalled: `True ${state}`,
      });
    },
  );

  it('of a dry run whose plan is made say that nothing is on its way', async () => {
    const dryRun = recovery({ dryRun: true });
    const plan = { steps: ['1. nothing'], mayLose: 'nothing', undo: 'nothing' };
    const planned = await stage().writer.write(dryRun, { state: 'Planned', message: 'dry run', plan }, signal);
    expect(conditions(planned)).toEqual({ Complete: 'False DryRun', Failed: 'False NotFailed' });
    expect(conditions(await inState('Planned', dryRun))).toMatchObject({ Reconciling: 'True Planning' });
  });

  it('have only documented reasons, each with its own status', async () => {
    const states: RecoveryState[] = ['Planned', 'AwaitingApproval', 'Running', ...endStates];
    for (const state of states)
      for (const { type, status, reason } of (await inState(state)).status?.conditions ?? []) {
        const table: Readonly<Record<string, ConditionReasonEntry>> = recoveryReasons[type];
        expect(table[reason]?.status).toBe(status);
      }
  });

  it('keep the time of their transition, are about the spec that was read, and are not written again at rest', async () => {
    const { clock, writer, writes } = stage();
    const first = await writer.write(recovery(), { state: 'Running', message: 'step 1' }, signal);
    const since = clock.wallTime().toISOString();
    await clock.advance(60_000);
    const later = { ...first, metadata: { ...first.metadata, generation: 2 } };
    const second = await writer.write(later, { ...first.status, message: 'step 2' }, signal);
    expect(second.status).toMatchObject({
      observedGeneration: 2,
      conditions: [
        { type: 'Complete', lastTransitionTime: since, observedGeneration: 2 },
        { type: 'Failed', lastTransitionTime: since, observedGeneration: 2 },
        { type: 'Reconciling', lastTransitionTime: since, observedGeneration: 2, message: 'step 2' },
      ],
    });
    await clock.advance(60_000);
    await writer.write(second, { ...second.status, message: 'step 2' }, signal);
    expect(writes()).toBe(2);
  });
});
