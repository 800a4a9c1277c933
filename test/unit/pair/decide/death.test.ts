import { describe, expect, it } from '@jest/globals';
import type { TerminatedState } from '../../../../src/kube/core-types.ts';
import { provenDeaths, standing } from '../../../../src/pair/decide/death.ts';
import type { NodeView } from '../../../../src/pair/node-view.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { changed, type Changes } from '../support/changes.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { isoAfter, NOW } from '../support/time.ts';

const binding = {
  serverID: 7n,
  lease: 7000n,
  podUID: 'uid-of-rootcoord-0',
  containerID: 'containerd://0123456789abcdef',
  nodeName: 'node-a',
  boundTime: NOW,
};
const ended = (changes: Changes<TerminatedState> = {}): TerminatedState =>
  changed<TerminatedState>(
    {
      exitCode: 137,
      reason: 'OOMKilled',
      containerID: binding.containerID,
      finishedAt: isoAfter(1),
    },
    changes,
  );
const podWith = (container: Parameters<typeof aContainer>[0]) =>
  aPod('rootcoord-0', { container: aContainer(container) });
const nodeWith = (changes: Partial<NodeView>): ReadonlyMap<string, NodeView> =>
  new Map([['node-a', { name: 'node-a', ready: true, leaving: false, outOfService: false, ...changes }]]);
const evidenceOf = (pods: readonly PodView[], nodes = nodeWith({})) =>
  provenDeaths([], [binding], pods, nodes, NOW).map(({ evidence }) => evidence);

describe('a process is proven dead', () => {
  it.each<[string, readonly PodView[]]>([
    ['when its very container has ended', [podWith({ runningSince: undefined, terminated: ended() })]],
    [
      'when the container before the present one was its own',
      [podWith({ id: 'containerd://next', lastTerminated: ended() })],
    ],
  ])('%s', (_, pods) => {
    expect(evidenceOf(pods)).toEqual(['container 0123456789ab ended with exit code 137 (OOMKilled)']);
  });

  it('when its node is out of service and not ready', () => {
    expect(evidenceOf([], nodeWith({ outOfService: true, ready: false }))).toEqual([
      'node node-a carries the taint node.kubernetes.io/out-of-service and is not ready',
    ]);
  });

  it('for good: what was seen once needs no pod any more', () => {
    const known = { serverID: 7n, lease: 7000n, seenTime: new Date(isoAfter(-60)), evidence: 'seen before' };
    expect(provenDeaths([known], [binding], [], nodeWith({}), NOW)).toEqual([known]);
    expect(provenDeaths([known], [binding], [podWith({ terminated: ended() })], nodeWith({}), NOW)).toEqual([known]);
  });
});

describe('a process is not proven dead', () => {
  it.each<[string, readonly PodView[], Partial<NodeView>]>([
    ['while its container runs', [podWith({ id: binding.containerID })], {}],
    ['when its pod is gone: it may have been deleted by force', [], {}],
    [
      'when another container of its pod ended',
      [podWith({ lastTerminated: ended({ containerID: 'containerd://else' }) })],
      {},
    ],
    ['when another pod of the same name has it', [{ ...podWith({ terminated: ended() }), uid: 'successor' }], {}],
    ['when the kubelet lost sight of it', [podWith({ terminated: ended({ reason: 'ContainerStatusUnknown' }) })], {}],
    [
      'when its container ended before another process was bound to it by a late status',
      [podWith({ id: 'containerd://next', lastTerminated: ended({ finishedAt: isoAfter(-1) }) })],
      {},
    ],
    ['when nobody says when its container ended', [podWith({ terminated: ended({ finishedAt: undefined }) })], {}],
    ['when its node is only not ready', [], { ready: false }],
    ['when its node is out of service and ready again', [], { outOfService: true }],
  ])('%s', (_, pods, node) => {
    expect(evidenceOf(pods, nodeWith(node))).toEqual([]);
  });
});

describe('a binding stands', () => {
  it.each<[string, readonly PodView[], boolean]>([
    ['while its container runs', [podWith({ id: binding.containerID })], true],
    ['when its pod is gone', [], true],
    ['when its container ended afterwards', [podWith({ lastTerminated: ended() })], true],
    [
      'not when its container had ended before',
      [podWith({ lastTerminated: ended({ finishedAt: isoAfter(-1) }) })],
      false,
    ],
    [
      'when the kubelet made up an end',
      [podWith({ terminated: ended({ reason: 'Unknown', finishedAt: isoAfter(-1) }) })],
      true,
    ],
  ])('%s', (_, pods, expected) => {
    expect(standing([binding], pods)).toEqual(expected ? [binding] : []);
  });
});
