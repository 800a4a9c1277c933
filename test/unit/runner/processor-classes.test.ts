import { describe, expect, it } from '@jest/globals';
import { classOf, inOrder, shortLived } from '../../runner/processor-classes.ts';

const seen = (name: string, commandLine = name, cgroup = '0::/'): Parameters<typeof classOf>[0] => ({
  name,
  commandLine,
  cgroup,
});
const inPod = '0::/cpo-test.node-1/kubepods/burstable/pod1/abc';

describe('whose work a process does', () => {
  it.each([
    ['an etcd outside of pods is that of an API server', seen('etcd'), 'etcd of the API servers'],
    ['one in a pod is part of a scenario', seen('etcd', 'etcd', inPod), 'pods: etcd'],
    ['a Node in a pod is the operator', seen('node', 'node main.js', inPod), 'operators'],
    ['a Node of jest is the tests', seen('node', 'node node_modules/jest-worker/processChild.js'), 'tests (jest)'],
    ['kubectl counts with the test that waited for it', seen('kubectl', 'kubectl get pods'), undefined],
    ['a program that has nothing to do with it is not counted', seen('sshd'), undefined],
  ])('%s', (_title, process, expected) => {
    expect(classOf(process)).toBe(expected);
  });

  it('is told in the order of time, with what no class explains', () => {
    const used = new Map([
      ['kubelets', 100],
      ['API servers', 300],
    ]);
    expect(inOrder(used, 1_000)).toEqual([
      [shortLived, 600],
      ['API servers', 300],
      ['kubelets', 100],
    ]);
  });
});
