import { describe, expect, it } from '@jest/globals';
import type { StoppingProcess } from '../../../src/pair/decide/dead-sessions.ts';
import { isStillStopping } from '../../../src/pair/still-stopping.ts';
import type { ProbeAnswer, ProbeFinding, Probes } from '../../../src/probe/types.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';

const signal = new AbortController().signal;
const process: StoppingProcess = {
  role: 'rootcoord',
  hasOtherRoles: false,
  podName: 'rootcoord-0',
  podUID: 'u0',
  containerID: 'c0',
  host: '10.0.0.1',
  port: 53_100,
};
const running = { containerID: 'c0', state: { running: { startedAt: '2026-01-01T11:00:00Z' } } };
const deleted = { uid: 'u0', deletionTimestamp: '2026-01-01T12:00:00Z' };
const abnormal: ProbeAnswer = { health: 'Abnormal', port: 'Refused' };
const refused: ProbeAnswer = { health: 'Refused', port: 'Refused' };
const clock = new VirtualClock();
const otherAnswers: ProbeFinding = {
  podUID: 'u1',
  containerID: 'c1',
  health: 'Standby',
  port: 'Open',
  at: clock.wallTime(),
  since: clock.wallTime(),
  times: 3,
};

interface World {
  readonly answer?: ProbeAnswer;
  readonly metadata?: object | undefined;
  readonly podIP?: string;
  readonly container?: object;
  readonly findings?: readonly ProbeFinding[];
}

async function isStopping({ answer = abnormal, podIP = '10.0.0.1', container = running, ...world }: World) {
  const { findings = [otherAnswers] } = world;
  const metadata = 'metadata' in world ? world.metadata : deleted;
  const pod = metadata && {
    metadata: { name: 'rootcoord-0', ...metadata },
    status: { podIP, containerStatuses: [container] },
  };
  const client = fakeClient({ get: () => Promise.resolve(pod as never) });
  const asked: unknown[] = [];
  const probes: Probes = {
    findings,
    follow: () => undefined,
    ask: (address) => {
      asked.push(address);
      return Promise.resolve(answer);
    },
    [Symbol.dispose]: () => undefined,
  };
  const result = await isStillStopping(process, 'milvus', { client, probes, clock }, signal);
  expect(asked).toEqual([{ host: '10.0.0.1', port: 53_100 }]);
  return result;
}

describe('a process that was seen to serve no more', () => {
  it.each<[string, World]>([
    ['says so again', {}],
    [
      'says so again of that role, and serves in another one',
      { answer: { health: 'Other', roles: { rootcoord: 'Abnormal', querycoord: 'Healthy' }, port: 'Refused' } },
    ],
    ['says so again and nobody has deleted its pod', { metadata: { uid: 'u0' } }],
    ['refuses connections while its pod is being deleted, and the other pod answers', { answer: refused }],
  ])('still serves nobody when it %s', async (_, world) => {
    expect(await isStopping(world)).toBe(true);
  });

  it.each<[string, World]>([
    ['it says that it serves', { answer: { health: 'Healthy', port: 'Open' } }],
    ['it says that it stands by', { answer: { health: 'Standby', port: 'Open' } }],
    ['it says that it loads', { answer: { health: 'Other', port: 'Open' } }],
    [
      'it serves in that role, and another one has stopped',
      { answer: { health: 'Other', roles: { rootcoord: 'Healthy', querycoord: 'Abnormal' }, port: 'Open' } },
    ],
    ['it gives no answer', { answer: { health: 'Silent', port: 'Silent' } }],
    ['only its own port refuses', { answer: { health: 'Silent', port: 'Refused' } }],
    ['only its management port refuses', { answer: { health: 'Refused', port: 'Open' } }],
    ['its pod is gone', { metadata: undefined }],
    ['its pod is another one', { metadata: { ...deleted, uid: 'u9' } }],
    ['its pod has another address', { podIP: '10.0.0.9' }],
    ['its container is another one', { container: { ...running, containerID: 'c9' } }],
    [
      'its container has ended, which its kubelet proves',
      { container: { containerID: 'c0', state: { terminated: { exitCode: 0 } } } },
    ],
    ['it refuses connections and its pod is not being deleted', { answer: refused, metadata: { uid: 'u0' } }],
    [
      'it refuses connections, and so does the other pod',
      { answer: refused, findings: [{ ...otherAnswers, ...refused }] },
    ],
    [
      'it refuses connections, and the other pod answered some time ago',
      { answer: refused, findings: [{ ...otherAnswers, at: new Date(clock.wallTime().getTime() - 6_000) }] },
    ],
  ])('keeps its lease when %s', async (_, world) => {
    expect(await isStopping(world)).toBe(false);
  });
});
