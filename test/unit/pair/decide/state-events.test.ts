import { describe, expect, it } from '@jest/globals';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { facts, known, look, settle, unreachable, withStatus } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aPod } from '../support/pods.ts';
import * as situations from '../support/situations.ts';

const rest = facts();
const alone = facts({ pods: [aPod('rootcoord-0')], etcd: known(situations.firstAlone, 30) });
const blind = facts({ etcd: unreachable });
const broken = facts({ problems: [{ reason: 'ReservedSetting', message: 'x' }] });
const paused = situations.withSpec({ mode: 'Paused' });
const leaving = facts({ pods: [aPod('rootcoord-0', { terminating: true })], etcd: known(situations.firstAlone, 30) });
const gone = facts({ pods: [], etcd: known(situations.nobody, 30) });
const stopped = (world: PairFacts): PairFacts => ({ ...world, pair: aPair({ spec: { runState: 'Stopped' } }) });
const suspended = (world: PairFacts): PairFacts => ({
  ...world,
  pair: aPair({ metadata: { annotations: { 'ha.milvus.io/suspended-by': 'rebuild-etcd' } } }),
});
const observed = situations.withSpec({ mode: 'ObserveOnly' });

/** What is told when one world, looked at until it settles, becomes the next, and so on. */
function told(first: PairFacts, ...others: readonly PairFacts[]): readonly string[] {
  let status = settle(first).status;
  let events: readonly string[] = [];
  for (const world of others) {
    const judgement = look(withStatus(world, status));
    events = judgement.events.map(({ reason }) => reason);
    status = settle(withStatus(world, status)).status;
  }
  return events;
}

describe('a change of state is told once', () => {
  it.each<[string, readonly [PairFacts, ...PairFacts[]], readonly string[]]>([
    ['when the standby is lost', [rest, alone], ['StandbyLost']],
    ['when it is registered again', [alone, rest], ['StandbyRegistered']],
    ['when etcd cannot be read', [rest, blind], ['EtcdUnreachable']],
    ['when it can again, and nothing else with it', [rest, blind, rest], ['EtcdReachable']],
    ['when the standby was lost meanwhile: nobody saw when', [rest, blind, alone], ['EtcdReachable']],
    ['when the spec breaks', [rest, broken], ['SpecInvalid']],
    ['when it is mended', [rest, broken, rest], ['SpecValid']],
    ['when a name is taken', [rest, situations.nameTaken], ['NameConflict']],
    ['when the operator is paused', [rest, paused], ['Paused']],
    ['when it only observes', [rest, observed], ['ObserveOnly']],
    ['when it goes on', [paused, rest], ['Resumed']],
    ['but not when the standby ends because the pair is stopped', [rest, stopped(leaving)], []],
    ['nor when the ACTIVE does', [rest, stopped(leaving), stopped(gone)], []],
    ['nor when a repair of etcd stops the pair', [rest, suspended(leaving)], []],
    ['when a pair that was stopped is up again', [stopped(gone), rest], ['ActiveElected', 'StandbyRegistered']],
    ['and not again', [rest, alone, alone], []],
    ['and not while nothing changes', [rest, rest], []],
  ])('%s', (_, worlds, expected) => {
    expect(told(...worlds)).toEqual(expected);
  });
});

describe('at the first look', () => {
  it.each<[string, PairFacts, readonly string[]]>([
    ['what is good is no news but the ACTIVE and its standby', rest, ['ActiveElected', 'StandbyRegistered']],
    ['a standby that was never there is not lost', alone, ['ActiveElected']],
    ['etcd that cannot be read is told', blind, ['EtcdUnreachable']],
    ['a spec that cannot be carried out is told', situations.invalid, ['SpecInvalid']],
    ['a mode is no news', paused, ['ActiveElected', 'StandbyRegistered']],
  ])('%s', (_, world, expected) => {
    expect(look(world).events.map(({ reason }) => reason)).toEqual(expected);
  });
});

it('a rollout whose standby does not come up is told when it stalls, and only then', () => {
  const first = look(situations.stalledRollout);
  expect(first.events.map(({ reason }) => reason)).toContain('RolloutFailed');
  const again = look(withStatus(situations.stalledRollout, first.status));
  expect(again.events).toEqual([]);
});

it('a repeated tale has the same key, so that it makes no second event', () => {
  const status = settle(rest).status;
  const keys = () => look(withStatus(alone, status)).events.map(({ key }) => key);
  expect(keys()).toEqual(keys());
  expect(keys()[0]).toBe('StandbyLost-2026-01-01T12:00:00.000Z');
});
