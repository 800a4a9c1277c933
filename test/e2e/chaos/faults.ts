import fc from 'fast-check';

/** Which of a pair's two processes. */
export type Victim = 'active' | 'standby';

/** A fault as data: drawn by a seed, so that a row of them can be played again. Pairs and nodes are numbered. */
export type Fault =
  | { readonly kind: 'kill'; readonly pair: number; readonly victim: Victim }
  | { readonly kind: 'freeze'; readonly pair: number; readonly victim: Victim; readonly seconds: number }
  | { readonly kind: 'cut node'; readonly node: number; readonly seconds: number }
  | { readonly kind: 'drain node'; readonly node: number }
  | { readonly kind: 'kill etcd'; readonly members: number }
  | { readonly kind: 'stop etcd'; readonly members: number; readonly seconds: number }
  | { readonly kind: 'kill operator' }
  | { readonly kind: 'stop API server' | 'kill API server'; readonly seconds: number };

/** One or two faults at once, and how long to let things be after all is well again. */
export interface Step {
  readonly faults: readonly Fault[];
  readonly pauseSeconds: number;
}

/** How many pairs and nodes there are to harm. */
export interface Targets {
  readonly pairs: number;
  readonly nodes: number;
}

/** Long enough for the shortest lease to run out, shorter than what makes a kubelet or a client give up for good. */
const seconds = fc.integer({ min: 2, max: 25 });

/** The first `count` steps of a seed: the same seed gives the same steps. */
export function stepsOf(seed: number, count: number, { pairs, nodes }: Targets): readonly Step[] {
  const pair = fc.nat(pairs - 1);
  const node = fc.nat(nodes - 1);
  const victim = fc.constantFrom<Victim>('active', 'standby');
  const members = fc.constantFrom(1, 3);
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('kill'), pair, victim }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('freeze'), pair, victim, seconds }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut node'), node, seconds }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('drain node'), node }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill etcd'), members }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop etcd'), members, seconds }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'kill operator' }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('stop API server', 'kill API server'), seconds }) },
  );
  const step = fc.record({
    faults: fc.uniqueArray(fault, { minLength: 1, maxLength: 2, selector: ({ kind }) => kind }),
    pauseSeconds: fc.integer({ min: 0, max: 5 }),
  });
  return fc.sample(step, { seed, numRuns: count });
}

/** A fault in words. */
export function inWords(fault: Fault): string {
  const { kind, ...how } = fault;
  return [kind, ...Object.entries(how).map(([name, value]) => `${name} ${value}`)].join(', ');
}
