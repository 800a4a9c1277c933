import fc from 'fast-check';
import type { HistorySettings, HistoryWorld, PodName } from './world.ts';

/** What happens in a history; a fault with a duration is undone after it. */
export type Fault =
  | { readonly kind: 'crash' | 'delete' | 'delete by force'; readonly pod: PodName }
  | { readonly kind: 'freeze' | 'lose sight'; readonly pod: PodName; readonly seconds: number }
  | { readonly kind: 'power off'; readonly node: number; readonly declared: boolean; readonly seconds: number }
  | { readonly kind: 'cut from the API server' | 'cut off'; readonly node: number; readonly seconds: number }
  | { readonly kind: 'etcd away' | 'API server away' | 'pods late' | 'sessions late'; readonly seconds: number }
  | { readonly kind: 'operator restart' };

/** Faults one after the other, with the time from one to the next. */
export interface History {
  readonly settings: HistorySettings;
  readonly faults: readonly { readonly fault: Fault; readonly thenSeconds: number }[];
}

const pod = fc.constantFrom<PodName>('rootcoord-0', 'rootcoord-1');
const node = fc.nat(2);
const seconds = fc.integer({ min: 1, max: 45 });
const skewMs = fc.integer({ min: -90_000, max: 90_000 });

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constantFrom('crash', 'crash', 'delete', 'delete by force'), pod }),
  fc.record({ kind: fc.constantFrom('crash', 'crash', 'delete', 'delete by force'), pod }),
  fc.record({ kind: fc.constantFrom('freeze', 'lose sight'), pod, seconds }),
  fc.record({ kind: fc.constant('power off' as const), node, declared: fc.boolean(), seconds }),
  fc.record({ kind: fc.constantFrom('cut from the API server', 'cut off'), node, seconds }),
  fc.record({ kind: fc.constantFrom('etcd away', 'API server away', 'pods late', 'sessions late'), seconds }),
  fc.constant({ kind: 'operator restart' as const }),
);

/** Histories of up to a dozen faults. */
export const histories: fc.Arbitrary<History> = fc.record({
  settings: fc.record({
    ttlSeconds: fc.constantFrom(15, 30),
    registerMs: fc.constantFrom(500, 2_000, 12_000),
    restartMs: fc.constantFrom(500, 1_500, 10_000),
    writesHostName: fc.boolean(),
    reusesAddresses: fc.boolean(),
    stops: fc.constantFrom('InOrder', 'KeepsLease', 'Hangs'),
    skewsMs: fc.tuple(skewMs, skewMs, skewMs),
  }),
  faults: fc.array(fc.record({ fault, thenSeconds: fc.integer({ min: 0, max: 30 }) }), { maxLength: 12 }),
});

/** Makes a fault, and sees to its end. A restart of the operator is not the world's affair. */
export function make(fault: Fault, world: HistoryWorld): void {
  switch (fault.kind) {
    case 'crash':
      world.pod(fault.pod)?.process?.end(world.nowMs, 137);
      return;
    case 'delete': {
      world.delete(fault.pod);
      return;
    }
    case 'delete by force': {
      world.deleteByForce(fault.pod);
      return;
    }
    case 'freeze': {
      const process = world.pod(fault.pod)?.process;
      if (!process) return;
      process.frozen = true;
      world.after(fault.seconds, () => (process.frozen = false));
      return;
    }
    case 'lose sight': {
      const found = world.pod(fault.pod);
      if (!found) return;
      found.outOfSight = true;
      world.after(fault.seconds, () => (found.outOfSight = false));
      return;
    }
    case 'power off':
    case 'cut off':
    case 'cut from the API server': {
      harmNode(fault, world);
      return;
    }
    case 'etcd away':
      world.leases.away = true;
      {
        world.after(fault.seconds, () => world.leases.comeBack(world.nowMs));
        return;
      }
    case 'API server away':
      world.apiAway = true;
      {
        world.after(fault.seconds, () => (world.apiAway = false));
        return;
      }
    case 'pods late':
      world.podsLate = true;
      {
        world.after(fault.seconds, () => (world.podsLate = false));
        return;
      }
    case 'sessions late':
      world.sessionsLate = true;
      {
        world.after(fault.seconds, () => (world.sessionsLate = false));
        return;
      }
    case 'operator restart':
      return;
  }
}

function harmNode(fault: Extract<Fault, { readonly node: number }>, world: HistoryWorld): void {
  const machine = world.machines[fault.node];
  if (!machine?.powered) return;
  if (fault.kind === 'power off') {
    world.powerOff(machine);
    if (fault.declared) world.after(Math.min(3, fault.seconds), () => world.declareOutOfService(machine));
    // The taint stays longer than the node is off: people take it away.
    world.after(fault.seconds + 20, () => (machine.powered = true));
    world.after(fault.seconds + 40, () => (machine.outOfService = false));
    return;
  }
  machine.seesApi = false;
  if (fault.kind === 'cut off') machine.seesEtcd = false;
  world.after(fault.seconds, () => {
    machine.seesApi = true;
    machine.seesEtcd = true;
  });
}
