import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { histories, make, type History } from '../support/history/faults.ts';
import { HistoryOperator } from '../support/history/operator.ts';
import { HistoryWorld } from '../support/history/world.ts';

/** Steps of half a second; a look each second. */
const STEPS_A_SECOND = 2;

function run(operator: HistoryOperator, seconds: number): void {
  for (let step = 0; step < seconds * STEPS_A_SECOND; step++) {
    operator.world.step();
    if (step % STEPS_A_SECOND === 1) operator.look();
  }
}

/** Longer than anything takes: faults that end, leases that run out, the patience with a zombie. */
const CALM_WITHIN_SECONDS = 400;
/** Kubelets tell an end to the second: one in the second of the binding would not count. */
const CALM_SECONDS = 4;

/** Looks on until all is well, and has been for a while. */
function calmDown(operator: HistoryOperator): void {
  let calm = 0;
  for (let second = 0; second < CALM_WITHIN_SECONDS; second++) {
    run(operator, 1);
    calm = operator.world.isCalm && operator.isPrepared ? calm + 1 : 0;
    if (calm === CALM_SECONDS) return;
  }
  throw new Error(`no bound holder with a standby came: ${JSON.stringify(operator.status)}`);
}

/** Plays a history through. */
function play({ settings, faults }: History): HistoryOperator {
  const operator = new HistoryOperator(new HistoryWorld(settings));
  run(operator, 30);
  for (const { fault, thenSeconds } of faults) {
    make(fault, operator.world);
    if (fault.kind === 'operator restart') operator.restart();
    run(operator, thenSeconds);
  }
  return operator;
}

/** A restart that is reported after the new process was bound: its first binding names the container that had ended. */
const lateStatus: History = {
  settings: {
    ttlSeconds: 15,
    registerMs: 500,
    restartMs: 500,
    writesHostName: false,
    reusesAddresses: false,
    stops: 'InOrder',
    skewsMs: [0, 0, 0],
  },
  faults: [
    { fault: { kind: 'pods late', seconds: 12 }, thenSeconds: 0 },
    { fault: { kind: 'crash', pod: 'rootcoord-0' }, thenSeconds: 0 },
  ],
};
const RUNS: fc.Parameters<[History]> = { numRuns: 120, examples: [[lateStatus]] };

describe('whatever happens to pods, nodes, etcd, the API server and the operator', () => {
  it('the lease of a process that serves is never revoked, and in the end a dead holder is replaced, at once where pods are reported in time', () =>
    fc.assert(
      fc.property(histories, (history) => {
        const operator = play(history);
        const { world } = operator;
        calmDown(operator);
        const { holder } = world.leases;
        const dead = world.leases.registrations.find(({ serverID }) => serverID === holder);
        dead?.process.end(world.nowMs, 137);
        // Where a pod's status came late a registration may be bound to the container before: no end of that proves
        // anything, and the lease runs out as it would without an operator.
        const late = history.faults.some(({ fault }) => fault.kind === 'pods late');
        run(operator, late ? history.settings.ttlSeconds + 5 : 5);
        if (!late) expect(operator.revoked).toContain(dead?.lease);
        expect(world.leases.holder).not.toBe(holder);
      }),
      RUNS,
    ));
});
