import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairStatus } from '../../../../src/api/coordinator-pair.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { conditionOf, facts, known, settle, statefulSetFacts, unreachable, withStatus } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import * as situations from '../support/situations.ts';
import { after, isoAfter } from '../support/time.ts';

/** What the status says when these worlds, each until nothing changes any more, follow one another after a rest. */
function following(...worlds: readonly PairFacts[]): CoordinatorPairStatus {
  return worlds.reduce<CoordinatorPairStatus>(
    (status, world) => settle(withStatus(world, status)).status,
    settle(facts({ now: after(-60) })).status,
  );
}

const crashing = (name: string, templateHash: string): PodView =>
  aPod(name, {
    templateHash,
    ready: false,
    container: aContainer({ runningSince: undefined, waiting: { reason: 'CrashLoopBackOff' } }),
  });
const broken = { children: [statefulSetFacts('broken')], templateHash: 'broken' };
const nobodyLeft = { etcd: known(situations.nobody, 30) };
/** rootcoord-1 is being renewed from a template that does not come up, and rootcoord-0 is lost meanwhile. */
const renewing = facts({
  ...broken,
  pods: [aPod('rootcoord-0'), crashing('rootcoord-1', 'broken')],
  etcd: known(situations.firstAlone, 30),
});
const outage = (seconds: number) =>
  facts({ ...broken, ...nobodyLeft, now: after(seconds), pods: [crashing('rootcoord-1', 'broken')] });
const back = (seconds: number) =>
  facts({
    now: after(seconds),
    pods: [aPod('rootcoord-0'), aPod('rootcoord-1')],
    etcd: known(heldBy(aSession(9n, 'rootcoord-1')), 30),
  });
const unregistered = [crashing('rootcoord-0', 'broken'), crashing('rootcoord-1', 'broken')];

describe('who was ACTIVE last', () => {
  it('is told while nobody holds the role, since when, and no longer', () => {
    const lost = facts({ etcd: known(situations.keyGone, 30) });
    expect(following(lost).lastActive).toEqual({ name: 'rootcoord-0', reason: 'ActiveKeyGone', time: isoAfter(0) });
    expect(following(lost, back(3))).not.toHaveProperty('lastActive');
  });

  it('is not known of a new pair', () => {
    expect(settle(facts(nobodyLeft)).status).not.toHaveProperty('lastActive');
  });

  it('is not forgotten while etcd cannot be read', () => {
    const blind = facts({ ...nobodyLeft, etcd: unreachable });
    expect(following(facts(nobodyLeft), blind).lastActive?.name).toBe('rootcoord-0');
  });

  it('is nobody once the pair was stopped, as nobody takes over from an ACTIVE that was to end', () => {
    const stopped = facts({ ...nobodyLeft, pods: [], pair: aPair({ spec: { runState: 'Stopped' } }) });
    expect(following(facts(nobodyLeft), stopped)).not.toHaveProperty('lastActive');
    const blind = { ...stopped, etcd: unreachable };
    expect(following(facts(nobodyLeft), blind, back(60)).history).toBeUndefined();
  });
});

describe('the history names the ACTIVE that was lost', () => {
  it('while a rollout was under way that was given up before anybody took over', () => {
    const status = following(renewing, outage(0), outage(700), back(800));
    expect(status.failedRollout).toBeUndefined();
    expect(status.history).toMatchObject([{ type: 'Failover', from: 'rootcoord-0', to: 'rootcoord-1' }]);
    expect(status.lastFailover).toMatchObject({ noticedTime: isoAfter(0), durationMilliseconds: 800_000 });
  });

  it('before a rollout began in the outage', () => {
    const lost = facts({ ...nobodyLeft, pods: unregistered });
    const mended = facts({
      ...nobodyLeft,
      now: after(30),
      children: [statefulSetFacts('mended')],
      templateHash: 'mended',
      pods: unregistered,
    });
    expect(following(lost, mended).transition).toMatchObject({ type: 'Rollout' });
    const { history, lastFailover } = following(lost, mended, back(90));
    expect(history).toMatchObject([
      { type: 'Failover', from: 'rootcoord-0', to: 'rootcoord-1', reason: 'ActiveKeyGone' },
    ]);
    expect(lastFailover?.durationMilliseconds).toBe(90_000);
  });
});

it('ActiveElected says during a rollout, too, since when nobody has held the role, who did, and what is in the way', () => {
  const { message } = conditionOf(following(renewing, outage(0), outage(700)), 'ActiveElected');
  expect(message).toMatch(
    /^nobody holds the role since 2026-01-01T12:00:00.000Z; before it was rootcoord-0: rootcoord-1: .*CrashLoopBackOff/,
  );
});
