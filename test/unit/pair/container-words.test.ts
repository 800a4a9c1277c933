import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ApiError } from '../../../src/kube/errors.ts';
import type { PodLogOptions } from '../../../src/kube/pod-logs.ts';
import { ContainerWords } from '../../../src/pair/container-words.ts';
import type { PodView } from '../../../src/pair/pod-view.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { aContainer, aPod } from './support/pods.ts';

const PANIC = 'panic: listen tcp :53100: bind: address already in use';
const KAFKA = '[x] [ERROR] [k.go:1] ["kafka error"] ["error msg"="1/1 brokers are down"]';
const end = { exitCode: 134, containerID: 'containerd://old', message: 'goroutine 1 [running]:\n\t/a.go:1' };
const crashed = aPod('rootcoord-1', {
  ready: false,
  container: aContainer({ id: 'containerd://new', runningSince: undefined, lastTerminated: end }),
});

let clock: VirtualClock;
let words: ContainerWords;
let found: number;
let asked: Omit<PodLogOptions, 'signal'>[];
let answer: string | Error;

beforeEach(() => {
  clock = new VirtualClock();
  found = 0;
  asked = [];
  answer = `${PANIC}\n${'goroutine 2 [running]:\n'.repeat(400)}`;
  words = new ContainerWords(clock, () => found++);
});
afterEach(() => words[Symbol.dispose]());

const logs = {
  podLog: (_: string, __: string, { signal: ___, ...options }: PodLogOptions) => {
    asked.push(options);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  },
};

/** What is known of a pod, after what was asked for was answered. */
async function known(pod: PodView) {
  words.added([pod], logs, 'milvus');
  await new Promise(setImmediate);
  return words.added([pod], logs, 'milvus')[0]?.container.lastWords;
}

it('the log of a container that ended is read once, where the message of the kubelet has stacks alone', async () => {
  expect(await known(crashed)).toMatchObject({ line: PANIC, meaning: expect.any(String) });
  await known(crashed);
  expect(asked).toEqual([{ container: 'milvus', previous: true, tailLines: 3_000, limitBytes: 1_048_576 }]);
  expect(found).toBe(1);
});

it('the log is read also where the message has a fault of Milvus alone, to which something above it led', async () => {
  const fault = 'panic: runtime error: invalid memory address or nil pointer dereference';
  const pod = aPod('rootcoord-1', {
    ready: false,
    container: aContainer({ runningSince: undefined, terminated: { ...end, message: fault } }),
  });
  answer = `[x] [INFO] [b.go:1] ["init with etcd failed"] [error="load etcd CACert file error"]\n${fault}`;
  expect(await known(pod)).toMatchObject({ line: 'init with etcd failed: load etcd CACert file error' });
});

it('a container that is not replaced yet is asked for itself', async () => {
  const pod = aPod('rootcoord-1', {
    ready: false,
    container: aContainer({ runningSince: undefined, terminated: end }),
  });
  expect(await known(pod)).toMatchObject({ line: PANIC });
  expect(asked[0]).toMatchObject({ previous: false });
});

it.each<[string, PodView]>([
  ['is ready', aPod('rootcoord-0')],
  ['is being deleted', { ...crashed, terminating: true }],
  ['ended in order', aPod('rootcoord-1', { ready: false, container: { terminated: { ...end, exitCode: 0 } } })],
  ['has said it already', aPod('rootcoord-1', { ready: false, container: { terminated: { ...end, message: PANIC } } })],
  [
    'was killed',
    aPod('rootcoord-1', {
      ready: false,
      container: { terminated: { exitCode: 137, reason: 'Error', containerID: 'containerd://old' } },
    }),
  ],
  [
    'has only just started',
    aPod('rootcoord-1', { ready: false, container: aContainer({ runningSince: new VirtualClock().wallTime() }) }),
  ],
])('a container that %s is not asked', async (_, pod) => {
  await known(pod);
  expect(asked).toEqual([]);
});

it('a container that runs and does not come up is asked every 30 s what it waits for', async () => {
  const pod = aPod('rootcoord-1', { ready: false, container: aContainer({ runningSince: clock.wallTime() }) });
  answer = KAFKA;
  await clock.advance(30_000);
  expect(await known(pod)).toMatchObject({ line: 'kafka error: 1/1 brokers are down' });
  await known(pod);
  expect(asked).toHaveLength(1);
  answer = 'all is well';
  await clock.advance(30_000);
  expect(await known(pod)).toBeUndefined();
  expect([asked.length, found]).toEqual([2, 2]);
});

it('tells when a container that runs and does not come up is to be asked', async () => {
  const pod = aPod('rootcoord-1', { ready: false, container: aContainer({ runningSince: clock.wallTime() }) });
  expect(words.nextAskMs([pod, crashed, aPod('rootcoord-0')])).toBe(30_000);
  await clock.advance(40_000);
  await known(pod);
  await clock.advance(5_000);
  expect(words.nextAskMs([pod])).toBe(25_000);
  expect(words.nextAskMs([{ ...pod, terminating: true }, { ...pod, ready: true }, crashed])).toBeUndefined();
});

it('secrets in a line stay out of the status', async () => {
  answer = 'panic: cannot reach http://admin:geheim@minio:9000';
  expect(await known(crashed)).toEqual({ line: 'panic: cannot reach http://***@minio:9000' });
});

it('where logs may not be read, or are gone, nothing is known', async () => {
  answer = new ApiError('forbidden', { code: 403, reason: 'Forbidden' });
  expect(await known(crashed)).toBeUndefined();
  expect(words.added([crashed], undefined, 'milvus')).toEqual([crashed]);
});
