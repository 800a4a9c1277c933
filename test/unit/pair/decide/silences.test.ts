import { describe, expect, it } from '@jest/globals';
import { seenSilences, type SeenSilence } from '../../../../src/pair/decide/silences.ts';
import type { ProbeFinding } from '../../../../src/probe/types.ts';
import { settle, facts, shownAs, conditionOf, look, withStatus } from '../support/facts.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { after, NOW } from '../support/time.ts';

/** Ready until a quarter of a minute ago. */
const frozen = aPod('rootcoord-0', { roleLabel: 'active', ready: false, unreadySince: after(-15) });
const silent: ProbeFinding = {
  podUID: frozen.uid,
  containerID: 'containerd://first',
  health: 'Silent',
  port: 'Open',
  at: NOW,
  since: after(-3),
  times: 3,
};
const known: SeenSilence = { podUID: frozen.uid, containerID: 'containerd://first', since: after(-15) };
const seen = (finding: Partial<ProbeFinding>, { pod = frozen, before = [] as readonly SeenSilence[] } = {}) =>
  seenSilences(before, { pods: [pod], probes: [{ ...silent, ...finding }], now: NOW });

describe('a process that was healthy', () => {
  it('gives no answer any more, since its kubelet found so', () => {
    expect(seen({})).toEqual([known]);
  });

  it.each<[string, Parameters<typeof seen>]>([
    ['answered but once not', [{ times: 1 }]],
    ['loads its metadata', [{ health: 'Other' }]],
    ['stops', [{ health: 'Abnormal' }]],
    ['has ended', [{ health: 'Refused' }]],
    ['gave no answer a while ago', [{ at: after(-6) }]],
    ['is ready again', [{}, { pod: aPod('rootcoord-0') }]],
    [
      'is another process by now',
      [
        {},
        { pod: aPod('rootcoord-0', { ready: false, unreadySince: after(-15), container: aContainer({ id: 'next' }) }) },
      ],
    ],
    ['never was healthy', [{}, { pod: aPod('rootcoord-0', { ready: false, unreadySince: after(-600) }) }]],
  ])('is not told of as silent when it %s', (_, world) => {
    expect(seen(...world)).toEqual([]);
  });

  it('stays silent while nobody asks, and until it answers', () => {
    expect(seen({ at: after(-60) }, { before: [known] })).toEqual([known]);
    expect(seen({ health: 'Other' }, { before: [known] })).toEqual([]);
  });
});

describe('an ACTIVE that gives no answer any more', () => {
  const world = facts({ pods: [frozen, aPod('rootcoord-1', { roleLabel: 'standby' })], silences: [known] });

  it('is told with the time until which it was healthy', () => {
    const { status } = settle(world);
    expect(shownAs(status, 'Ready')).toEqual(['False', 'ActiveNotAnswering']);
    expect(conditionOf(status, 'Ready').message).toMatch(
      /^rootcoord-0 holds the role, was healthy until 2026-01-01T11:59:45/,
    );
    expect(status.members?.[0]).toMatchObject({ podName: 'rootcoord-0', silentTime: after(-15).toISOString() });
  });

  it('is a Warning, once', () => {
    const before = look(facts()).status;
    const first = look(withStatus(world, before));
    expect(first.events.map(({ type, reason }) => [type, reason])).toEqual([['Warning', 'ActiveNotAnswering']]);
    expect(look(withStatus(world, first.status)).events).toEqual([]);
  });
});
