import { expect, it } from '@jest/globals';
import { exitText, wasKilled } from '../../../src/kube/container-end.ts';

it.each([
  [{ exitCode: 137, reason: 'OOMKilled' }, 'exit code 137 (OOMKilled)', true],
  [{ exitCode: 137, reason: 'Error' }, 'exit code 137 (SIGKILL)', true],
  [{ exitCode: 143, reason: 'Error' }, 'exit code 143 (SIGTERM)', true],
  [{ exitCode: 134, reason: 'Error' }, 'exit code 134 (SIGABRT)', false],
  [{ exitCode: 2, reason: 'Error' }, 'exit code 2', false],
  [{ exitCode: 128, reason: 'StartError' }, 'exit code 128 (StartError)', false],
  [{ exitCode: 0, reason: 'Completed' }, 'exit code 0', false],
  [{ exitCode: 255 }, 'exit code 255', false],
])('a container that ended with %j reads "%s"; killed from outside: %s', (end, text, killed) => {
  expect([exitText(end), wasKilled(end)]).toEqual([text, killed]);
});
