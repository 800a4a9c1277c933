import { describe, expect, it } from '@jest/globals';
import { PairMemory } from '../../../src/pair/memory.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { FakeStores } from './support/fake-stores.ts';
import { noProbes } from './support/no-probes.ts';

const target = { endpoints: ['a:2379'] };
function start() {
  const stores = new FakeStores();
  return { stores, memory: new PairMemory(stores, noProbes, new VirtualClock(), () => undefined) };
}

describe('the memory of a pair', () => {
  it('keeps its watch while target and prefix stay, and closes it when they change', () => {
    const { stores, memory } = start();
    const first = memory.watch(target, 'a/');
    expect(memory.watch({ ...target }, 'a/')).toBe(first);
    expect(memory.watch(target, 'b/')).not.toBe(first);
    expect([stores.acquired.length, stores.held]).toEqual([2, 1]);
    memory[Symbol.dispose]();
    expect([stores.held, memory.current]).toEqual([0, undefined]);
  });

  it('forgets what was ended once it shows no longer', () => {
    const { memory } = start();
    const end = (podUID: string) => ({ podName: 'rootcoord-0', podUID, holderServerID: 7n, why: 'test' });
    memory.ended(end('u1'));
    memory.ended(end('u2'));
    memory.revokedLeases.add(1n).add(2n);
    memory.forgetEnded(['u2', 'u3'], [2n]);
    expect(['u1', 'u2'].map((uid) => memory.wasEnded(end(uid)))).toEqual([false, true]);
    expect([...memory.revokedLeases]).toEqual([2n]);
  });

  it('tells a pod that was told to end in order from one that was told to by force', () => {
    const { memory } = start();
    const end = { podName: 'rootcoord-0', podUID: 'u1', holderServerID: 7n, why: 'test' };
    const byForce = { ...end, force: { graceSeconds: 1, nodeName: 'node-a', nodeReady: true } } as const;
    memory.ended(end);
    expect([memory.wasEnded(end), memory.wasEnded(byForce)]).toEqual([true, false]);
    memory.ended(byForce);
    expect([memory.wasEnded(end), memory.wasEnded(byForce)]).toEqual([true, true]);
  });

  it('knows since when the Secrets are missing', () => {
    const { memory } = start();
    expect(memory.blindSince(new Date(1))).toEqual(new Date(1));
    expect(memory.blindSince(new Date(2))).toEqual(new Date(1));
    memory.secretsFound();
    expect(memory.blindSince(new Date(3))).toEqual(new Date(3));
  });
});
