import { expect, it } from '@jest/globals';
import { howItEnded, whyNotStarted } from '../../../../src/pair/decide/not-started.ts';
import { aContainer, aPod } from '../support/pods.ts';

const lastTerminated = { exitCode: 2, reason: 'Error' };
const backOff = {
  reason: 'CrashLoopBackOff',
  message: 'back-off 5m0s restarting failed container=milvus pod=root-a-0_r22(4bfdfe24-0000-4000-8000-000000000000)',
};
const lastWords = { line: 'panic: key not found: etcd.kvSubPath', meaning: 'set ETCD_KV_SUB_PATH' };

it.each([
  [
    'a crash loop by what Milvus said, and how often',
    { waiting: backOff, lastTerminated, restarts: 19, lastWords },
    'its container has ended 19 times, last with exit code 2: "panic: key not found: etcd.kvSubPath" (set ETCD_KV_SUB_PATH)',
  ],
  [
    'a crash loop without words by its exit code',
    { waiting: backOff, lastTerminated: { exitCode: 137, reason: 'OOMKilled' }, restarts: 1 },
    'its container ended with exit code 137 (OOMKilled)',
  ],
  [
    'a process that was killed by its signal',
    { waiting: backOff, lastTerminated: { exitCode: 137, reason: 'Error' }, restarts: 1 },
    'its container ended with exit code 137 (SIGKILL)',
  ],
  [
    'an image that is not there',
    { waiting: { reason: 'ImagePullBackOff', message: 'no such tag' } },
    'it waits with ImagePullBackOff: no such tag',
  ],
  [
    'a container that runs by what it waits for',
    { id: 'c', runningSince: new Date(0), lastWords: { line: 'kafka error: 1/1 brokers are down' } },
    'its log says: "kafka error: 1/1 brokers are down"',
  ],
  ['nothing, where nothing is known', { id: 'c', runningSince: new Date(0) }, undefined],
])('a pod that does not start is explained: %s', (_, container, expected) => {
  expect(whyNotStarted(aPod('rootcoord-0', { container }))).toBe(expected);
});

it('a process that has started again keeps how the one before ended apart from what this one says', () => {
  const container = aContainer({ lastTerminated, restarts: 2, lastWords });
  expect(howItEnded(container)).toBe('its container has ended 2 times, last with exit code 2');
});
