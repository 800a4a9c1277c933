import type { NodeView } from '../../../../../src/pair/node-view.ts';

/** How often a kubelet renews its node's Lease, and after which silence the node counts as not ready, milliseconds. */
const RENEW_MS = 10_000;
const GRACE_MS = 40_000;

/** The nodes, by place. */
export type Machines = readonly Machine[];

/** A node with its kubelet. */
export class Machine {
  readonly name: string;
  /** By how much its clock is ahead, milliseconds. */
  readonly skewMs: number;
  powered = true;
  seesApi = true;
  seesEtcd = true;
  outOfService = false;
  /** renewTime of its Lease, by its own clock. */
  renewTime = '';
  #renewedAt = 0;

  constructor(name: string, skewMs: number) {
    this.name = name;
    this.skewMs = skewMs;
  }

  /** What its clock shows. */
  clock(now: Date): Date {
    return new Date(now.getTime() + this.skewMs);
  }

  renewLease(now: Date, apiAnswers: boolean): void {
    if (!this.powered || !this.seesApi || !apiAnswers || now.getTime() - this.#renewedAt < RENEW_MS) return;
    this.#renewedAt = now.getTime();
    this.renewTime = this.clock(now).toISOString();
  }

  /** Whether new pods are put here. */
  takesPods(now: Date): boolean {
    return this.#isReady(now) && !this.outOfService && this.powered && this.seesApi;
  }

  view(now: Date): NodeView {
    return { name: this.name, ready: this.#isReady(now), leaving: false, outOfService: this.outOfService };
  }

  #isReady(now: Date): boolean {
    return now.getTime() - this.#renewedAt < GRACE_MS;
  }
}
