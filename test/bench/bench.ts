import type { FollowTimes } from '../e2e/support/active-watch.ts';
import type { ScenarioEtcd } from '../e2e/support/etcd.ts';
import type { Scene } from '../e2e/support/scene.ts';
import { BenchPair, type BenchPairOptions } from './bench-pair.ts';

/**
 * What measurements work with. Three failovers in ten minutes keep the operator from planned moves (condition Stalled,
 * reason Flapping), so each measurement makes pairs of its own, and one that may come to fail over makes them anew.
 */
export class Bench {
  readonly scene: Scene;
  /** How many times each thing is measured. */
  readonly repeats: number;
  /** How soon users could see each change of ACTIVE that was measured on the way. */
  readonly followed: FollowTimes[] = [];
  readonly #etcd: ScenarioEtcd;

  constructor(scene: Scene, etcd: ScenarioEtcd, repeats: number) {
    this.scene = scene;
    this.repeats = repeats;
    this.#etcd = etcd;
  }

  /** A fresh pair, whole and at rest; it is deleted when disposed. */
  async pair(name: string, options: BenchPairOptions): Promise<BenchPair> {
    await using stack = new AsyncDisposableStack();
    const pair = stack.use(await BenchPair.start(this.scene, this.#etcd, name, options));
    await pair.untilBound();
    stack.move();
    return pair;
  }

  /** Several fresh pairs, in the order in which they are named. */
  async pairs(wanted: Readonly<Record<string, BenchPairOptions>>): Promise<readonly BenchPair[] & AsyncDisposable> {
    await using stack = new AsyncDisposableStack();
    const pairs: BenchPair[] = [];
    for (const [name, options] of Object.entries(wanted))
      pairs.push(stack.use(await BenchPair.start(this.scene, this.#etcd, name, options)));
    await Promise.all(pairs.map((pair) => pair.untilBound()));
    const kept = stack.move();
    return Object.assign(pairs, { [Symbol.asyncDispose]: () => kept.disposeAsync() });
  }
}

/** Numbers from 1 on. */
export const times = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
