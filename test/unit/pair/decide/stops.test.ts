import { describe, expect, it } from '@jest/globals';
import type { Binding } from '../../../../src/pair/decide/binding.ts';
import { seenStops, type SeenStop } from '../../../../src/pair/decide/stops.ts';
import type { ProbeFinding } from '../../../../src/probe/types.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { facts, look } from '../support/facts.ts';
import { after, NOW } from '../support/time.ts';

const deletion = { requestedAt: after(-1), graceSeconds: 60 };
const ending = aPod('rootcoord-0', { terminating: true, deletion });
/** Nobody deleted it; the kubelet found it ready until four seconds ago. */
const unready = aPod('rootcoord-0', { ready: false, unreadySince: after(-4) });
const other = aPod('rootcoord-1', { container: aContainer({ id: 'containerd://second' }) });

const bound: Binding = {
  serverID: 7n,
  lease: 7000n,
  podUID: ending.uid,
  containerID: 'containerd://first',
  nodeName: 'node-a',
  boundTime: after(-300),
};
const found = (changes: Partial<ProbeFinding> = {}): ProbeFinding => ({
  podUID: ending.uid,
  containerID: 'containerd://first',
  health: 'Abnormal',
  port: 'Refused',
  at: NOW,
  since: after(-3),
  times: 2,
  ...changes,
});
const refused: Partial<ProbeFinding> = { health: 'Refused', port: 'Refused' };
const otherAnswers = found({
  podUID: other.uid,
  containerID: 'containerd://second',
  health: 'Standby',
  port: 'Open',
});

const stopsIn = (
  probes: readonly ProbeFinding[],
  { pod = ending, bindings = [bound], known = [] as readonly SeenStop[] } = {},
) => seenStops(known, { role: 'rootcoord', bindings, pods: [pod, other], probes, now: NOW });
const evidenceOf = (...args: Parameters<typeof stopsIn>) => stopsIn(...args).map(({ evidence }) => evidence);

describe('a process serves no more', () => {
  it.each<[string, Parameters<typeof stopsIn>, RegExp]>([
    ['its pod is being deleted and /healthz says Abnormal', [[found()]], /says Abnormal and its pod is being deleted/],
    [
      'it was not told by way of its pod, was ready, and says Abnormal',
      [[found()], { pod: unready }],
      /says Abnormal, after it was healthy/,
    ],
    [
      'it said itself that it serves and says Abnormal now',
      [[found({ servedAt: after(-3) })], { pod: aPod('rootcoord-0', { ready: false }) }],
      /says Abnormal, after it was healthy/,
    ],
    [
      'its pod is being deleted and nobody listens, twice, where the other pod answers',
      [[found(refused), otherAnswers]],
      /both of its ports refuse connections/,
    ],
    [
      'its session is not bound yet, its pod is being deleted and was ready, and it says Abnormal',
      [[found()], { bindings: [] }],
      /says Abnormal and its pod is being deleted/,
    ],
    [
      'its session is not bound yet, it said that it serves, and nobody listens any more',
      [[found({ ...refused, servedAt: after(-3) }), otherAnswers], { pod: { ...ending, ready: false }, bindings: [] }],
      /both of its ports refuse connections/,
    ],
    [
      'this role of a mixture says Abnormal and others serve on',
      [[found({ health: 'Other', roles: { rootcoord: 'Abnormal', querycoord: 'Healthy' } })]],
      /says that its rootcoord is Abnormal and its pod is being deleted/,
    ],
  ])('when %s', (_, world, evidence) => {
    expect(evidenceOf(...world)).toEqual([expect.stringMatching(evidence)]);
  });

  it.each<[string, Parameters<typeof stopsIn>]>([
    ['nobody has asked it', [[]]],
    ['it says that it serves, while its pod is being deleted', [[found({ health: 'Healthy' })]]],
    ['it says that it stands by', [[found({ health: 'Standby' })]]],
    ['it loads its metadata', [[found({ health: 'Other' })]]],
    ['it gives no answer', [[found({ health: 'Silent', port: 'Silent', times: 50 })]]],
    [
      'it says Abnormal before it has registered for the first time',
      [[found()], { pod: { ...ending, ready: false }, bindings: [] }],
    ],
    [
      'it says Abnormal for less than three seconds, as the next life of its container does before it registers',
      [[found({ since: after(-2.9) })], { pod: unready }],
    ],
    ['it says Abnormal and never was ready', [[found()], { pod: aPod('rootcoord-0', { ready: false }) }]],
    [
      'it says Abnormal and the process before it was ready',
      [[found()], { pod: aPod('rootcoord-0', { ready: false, unreadySince: after(-601) }) }],
    ],
    [
      'it says Abnormal and was ready in the second of its start at most, as kubelets write it',
      [[found()], { pod: aPod('rootcoord-0', { ready: false, unreadySince: after(-599) }) }],
    ],
    ['the answer is old', [[found({ at: after(-6) })]]],
    ['the answer is that of another container', [[found({ containerID: 'containerd://before' })]]],
    [
      'the binding is that of another container',
      [[found()], { pod: { ...ending, ready: false }, bindings: [{ ...bound, containerID: 'containerd://x' }] }],
    ],
    [
      'another role of its process says Abnormal, and this one serves',
      [[found({ health: 'Other', roles: { rootcoord: 'Healthy', querycoord: 'Abnormal' } })]],
    ],
    ['it refuses once', [[found({ ...refused, times: 1 }), otherAnswers]]],
    ['only its own port refuses', [[found({ ...refused, health: 'Other' }), otherAnswers]]],
    ['only its management port refuses', [[found({ ...refused, port: 'Open' }), otherAnswers]]],
    ['the other pod refuses the prober too', [[found(refused), { ...otherAnswers, ...refused }]]],
    ['the other pod answers at one port only', [[found(refused), { ...otherAnswers, port: 'Refused' }]]],
    ['the other pod has not been asked of late', [[found(refused), { ...otherAnswers, at: after(-6) }]]],
    ['nobody else is there to tell whether the prober reaches the pair', [[found(refused)]]],
    ['it refuses and its pod is not being deleted', [[found(refused), otherAnswers], { pod: unready }]],
    [
      'it refuses and has never been healthy, nor bound',
      [[found(refused), otherAnswers], { pod: { ...ending, ready: false }, bindings: [] }],
    ],
    [
      'its pod shares the address of its node',
      [[found()], { pod: aPod('rootcoord-0', { terminating: true, hostNetwork: true }) }],
    ],
    [
      'its container has ended: that is a death',
      [[found()], { pod: aPod('rootcoord-0', { terminating: true, container: { id: 'containerd://first' } }) }],
    ],
  ])('is not said when %s', (_, world) => {
    expect(stopsIn(...world)).toEqual([]);
  });
});

it('a stop by way of the pod counts at once', () => {
  expect(evidenceOf([found({ since: NOW })])).toHaveLength(1);
});

it('the pair is looked at again when the word of a process whose pod nobody deleted counts', () => {
  const probes = [found({ since: after(-1) })];
  const world = facts({ pods: [unready, aPod('rootcoord-1')], probes, now: NOW });
  expect(look(world).turnsAt).toEqual(after(2));
});

it('a stop is told from the first poll that found it', () => {
  expect(stopsIn([found()])).toMatchObject([{ seenTime: after(-3) }]);
});

describe('a process that was seen to serve no more', () => {
  const known: SeenStop = {
    podUID: ending.uid,
    containerID: 'containerd://first',
    seenTime: after(-40),
    evidence: 'seen before',
  };

  it.each<[string, readonly ProbeFinding[]]>([
    ['is asked no more', []],
    ['says it again', [found()]],
    ['gives no answer any more', [found({ health: 'Silent' })]],
  ])('is remembered as it was seen first when it %s', (_, probes) => {
    expect(stopsIn(probes, { known: [known] })).toEqual([known]);
  });

  it('is forgotten when it says that it serves', () => {
    expect(stopsIn([found({ health: 'Healthy' })], { known: [known] })).toEqual([]);
  });

  it('is forgotten with its container', () => {
    const pod = aPod('rootcoord-0', { container: aContainer({ id: 'containerd://next' }) });
    expect(stopsIn([], { pod, known: [known] })).toEqual([]);
  });
});
