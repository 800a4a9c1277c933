import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairSpec, CoordinatorPairStatus } from '../../../../src/api/coordinator-pair.ts';
import { decideRestart } from '../../../../src/pair/decide/restart.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { facts, look, withStatus } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aPod } from '../support/pods.ts';
import { isoAfter, NOW } from '../support/time.ts';

const seen: CoordinatorPairStatus = { observedGeneration: 1 };

function decide(
  token: string | undefined,
  status: CoordinatorPairStatus | undefined = seen,
  {
    spec = {},
    liveToken,
    isValid = true,
  }: { spec?: Partial<CoordinatorPairSpec>; liveToken?: string; isValid?: boolean } = {},
) {
  const metadata = token === undefined ? {} : { annotations: { 'ha.milvus.io/restart': token } };
  return decideRestart(aPair({ spec, status, metadata }), { liveToken, isValid, now: NOW });
}

describe('a request for a rolling restart', () => {
  it('puts its token into the template', () => {
    expect(decide('one')).toEqual({
      token: 'one',
      answer: { token: 'one', result: 'Started', reason: 'Requested', time: isoAfter(0) },
    });
  });

  it('is answered once, and its token stays when the annotation goes or a later one is refused', () => {
    const started: CoordinatorPairStatus = {
      ...seen,
      restartToken: 'one',
      lastRestart: { token: 'one', result: 'Started', reason: 'Requested', time: isoAfter(-5) },
    };
    expect(decide('one', started)).toEqual({ token: 'one' });
    expect(decide(undefined, started)).toEqual({ token: 'one' });
    const refused = decide('two', started, { spec: { rollout: { policy: 'Paused' } } });
    expect(refused).toMatchObject({
      token: 'one',
      answer: { token: 'two', result: 'Refused', reason: 'RolloutPaused' },
    });
    expect(decide('two', started)).toMatchObject({ token: 'two', answer: { result: 'Started' } });
  });

  it('that was there before the pair was first seen is recorded and not carried out', () => {
    const decision = decideRestart(aPair({ metadata: { annotations: { 'ha.milvus.io/restart': 'old' } } }), {
      liveToken: undefined,
      isValid: true,
      now: NOW,
    });
    expect(decision).toEqual({
      answer: { token: 'old', result: 'Ignored', reason: 'FoundAtFirstSight', time: isoAfter(0) },
    });
  });

  it('keeps what the StatefulSet has when the status was lost: no pod is renewed for that', () => {
    const decision = decideRestart(aPair(), { liveToken: 'one', isValid: true, now: NOW });
    expect(decision).toEqual({ token: 'one' });
  });

  it.each<[string, Partial<CoordinatorPairSpec>, boolean, string]>([
    ['the pair is not managed', { mode: 'ObserveOnly' }, true, 'NotManaged'],
    ['the spec is not valid', {}, false, 'SpecInvalid'],
    ['the pair is stopped', { runState: 'Stopped' }, true, 'Stopped'],
    ['rollouts are paused', { rollout: { policy: 'Paused' } }, true, 'RolloutPaused'],
  ])('is refused when %s', (_, spec, isValid, reason) => {
    const { answer, token } = decide('one', seen, { spec, isValid });
    expect([answer?.result, answer?.reason, token]).toEqual(['Refused', reason, undefined]);
  });
});

describe('the record of a restart', () => {
  const started: CoordinatorPairStatus = {
    ...seen,
    lastRestart: { token: 'one', result: 'Started', reason: 'Requested', time: isoAfter(-5) },
  };
  const recordOf = (world: PairFacts) => look(world).status.lastRestart;

  it('is completed when both pods are renewed and the standby is registered', () => {
    expect(recordOf(withStatus(facts(), started))).toMatchObject({ token: 'one', result: 'Completed' });
  });

  it('stays while a pod is not', () => {
    const pods = [aPod('rootcoord-0', { templateHash: 'old', roleLabel: 'active' }), aPod('rootcoord-1')];
    expect(recordOf(withStatus(facts({ pods }), started))).toEqual(started.lastRestart);
  });

  it('has failed when the renewed standby was given up', () => {
    const failedRollout = { templateHash: 'wished', reason: 'it did not register', time: isoAfter(-1) };
    expect(recordOf(withStatus(facts(), { ...started, failedRollout }))).toMatchObject({ result: 'Failed' });
  });

  it('tells of the beginning and of a refusal, once', () => {
    const answer = { token: 'one', result: 'Started', reason: 'Requested', time: isoAfter(0) } as const;
    const begun = look(withStatus(facts({ restart: { token: 'one', answer } }), seen));
    expect(begun.events.map(({ reason }) => reason)).toContain('RestartStarted');
    expect(begun.status).toMatchObject({ lastRestart: answer, restartToken: 'one' });
  });
});
