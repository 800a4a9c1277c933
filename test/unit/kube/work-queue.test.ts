import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WorkQueue, type Priority, type WorkQueueObserver } from '../../../src/kube/work-queue.ts';
import { settled, VirtualClock } from '../../support/virtual-clock.ts';

function queueWith(observer?: WorkQueueObserver): { queue: WorkQueue; clock: VirtualClock } {
  const clock = new VirtualClock();
  const backoff = { firstMs: 10, longestMs: 50 };
  return { clock, queue: new WorkQueue({ clock, backoff, ...(observer === undefined ? {} : { observer }) }) };
}

/** What comes out without waiting. */
async function takeNow(queue: WorkQueue): Promise<string | undefined> {
  return queue.depth === 0 ? undefined : queue.take();
}

describe('a work queue', () => {
  it('gives a key once, however often it was added', async () => {
    const { queue } = queueWith();
    for (let i = 0; i < 3; i += 1) queue.add('a');
    expect(await takeNow(queue)).toBe('a');
    expect(await takeNow(queue)).toBeUndefined();
  });

  it('gives a key that changes while it is worked on again, but only after that work', async () => {
    const { queue } = queueWith();
    queue.add('a');
    await queue.take();
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await takeNow(queue)).toBe('a');
  });

  it('gives fresh changes before resyncs, and makes a resync fresh when its key changes', async () => {
    const { queue } = queueWith();
    queue.add('old-1', 'resync');
    queue.add('old-2', 'resync');
    queue.add('new', 'fresh');
    queue.add('old-2', 'fresh');
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual(['new', 'old-2', 'old-1']);
  });

  it('wakes a waiting worker', async () => {
    const { queue } = queueWith();
    const taken = queue.take();
    queue.add('a');
    expect(await taken).toBe('a');
  });

  it('keeps the earliest of several delayed looks', async () => {
    const { queue, clock } = queueWith();
    queue.addAfter('a', 100);
    queue.addAfter('a', 40);
    queue.addAfter('a', 70);
    await clock.advance(39);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(await takeNow(queue)).toBe('a');
    queue.done('a');
    await clock.advance(1_000);
    expect(queue.depth).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('waits twice as long after each failure of a key, up to the longest, until it is forgotten', async () => {
    const { queue, clock } = queueWith();
    const waitsMs: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      queue.addRateLimited('a');
      const startMs = clock.nowMs();
      while (queue.depth === 0) await clock.advance(1);
      waitsMs.push(clock.nowMs() - startMs);
      await queue.take();
      queue.done('a');
    }
    expect(waitsMs).toEqual([10, 20, 40, 50, 50]);
    expect(queue.failures('a')).toBe(5);
    queue.forget('a');
    queue.addRateLimited('a');
    await clock.advance(10);
    expect(queue.depth).toBe(1);
  });

  it('gives nothing more after shutdown and resolves it when the last work is done', async () => {
    const { queue, clock } = queueWith();
    queue.add('running');
    await queue.take();
    queue.add('waiting');
    queue.addAfter('later', 10);
    let drained = false;
    const shutDown = queue.shutDown().then(() => {
      drained = true;
    });
    expect(await queue.take()).toBeUndefined();
    queue.add('too late');
    await clock.advance(100);
    expect([drained, queue.depth, clock.pending]).toEqual([false, 0, 0]);
    queue.done('running');
    await shutDown;
    expect(drained).toBe(true);
  });

  it('ends waiting workers at shutdown', async () => {
    const { queue } = queueWith();
    const taken = queue.take();
    await queue.shutDown();
    expect(await taken).toBeUndefined();
  });

  it('tells what metrics need', async () => {
    const told: string[] = [];
    const { queue, clock } = queueWith({
      depth: (waiting) => told.push(`depth ${waiting}`),
      added: () => told.push('added'),
      taken: (waitedMs) => told.push(`taken ${waitedMs}`),
      done: (tookMs) => told.push(`done ${tookMs}`),
      retried: () => told.push('retried'),
    });
    queue.add('a');
    await clock.advance(5);
    await queue.take();
    await clock.advance(7);
    expect(queue.running()).toEqual({ keys: 1, totalMs: 7, longestMs: 7 });
    queue.done('a');
    queue.addRateLimited('a');
    expect(told).toEqual(['added', 'depth 1', 'taken 5', 'depth 0', 'done 7', 'retried']);
    await queue.shutDown();
  });
});

/** The simplest thing that behaves as a queue must: lists instead of lines, a time instead of timers. */
interface Model {
  nowMs: number;
  fresh: string[];
  resync: string[];
  working: Map<string, Priority | undefined>;
  delayed: Map<string, number>;
}

function modelAdd(model: Model, key: string, priority: Priority): void {
  if (model.working.has(key)) {
    if (model.working.get(key) !== 'fresh') model.working.set(key, priority);
  } else if (priority === 'fresh') {
    model.resync = model.resync.filter((other) => other !== key);
    if (!model.fresh.includes(key)) model.fresh.push(key);
  } else if (!model.fresh.includes(key) && !model.resync.includes(key)) {
    model.resync.push(key);
  }
}

type Real = ReturnType<typeof queueWith>;
const keys = fc.constantFrom('a', 'b', 'c');
const priorities = fc.constantFrom<Priority>('fresh', 'resync');

class Add implements fc.AsyncCommand<Model, Real> {
  readonly key: string;
  readonly priority: Priority;
  constructor(key: string, priority: Priority) {
    this.key = key;
    this.priority = priority;
  }
  check = (): boolean => true;
  run(model: Model, { queue }: Real): Promise<void> {
    modelAdd(model, this.key, this.priority);
    queue.add(this.key, this.priority);
    return Promise.resolve();
  }
  toString = (): string => `add(${this.key}, ${this.priority})`;
}

class AddAfter implements fc.AsyncCommand<Model, Real> {
  readonly key: string;
  readonly delayMs: number;
  constructor(key: string, delayMs: number) {
    this.key = key;
    this.delayMs = delayMs;
  }
  check = (): boolean => true;
  run(model: Model, { queue }: Real): Promise<void> {
    model.delayed.set(this.key, Math.min(model.delayed.get(this.key) ?? Infinity, model.nowMs + this.delayMs));
    queue.addAfter(this.key, this.delayMs);
    return Promise.resolve();
  }
  toString = (): string => `addAfter(${this.key}, ${this.delayMs})`;
}

class Take implements fc.AsyncCommand<Model, Real> {
  check = ({ fresh, resync }: Model): boolean => fresh.length + resync.length > 0;
  async run(model: Model, { queue }: Real): Promise<void> {
    const expected = model.fresh.shift() ?? model.resync.shift() ?? '';
    expect(model.working.has(expected)).toBe(false);
    model.working.set(expected, undefined);
    expect(await queue.take()).toBe(expected);
  }
  toString = (): string => 'take()';
}

class Done implements fc.AsyncCommand<Model, Real> {
  readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
  check = ({ working }: Model): boolean => working.has(this.key);
  run(model: Model, { queue }: Real): Promise<void> {
    const again = model.working.get(this.key);
    model.working.delete(this.key);
    if (again !== undefined) modelAdd(model, this.key, again);
    queue.done(this.key);
    return Promise.resolve();
  }
  toString = (): string => `done(${this.key})`;
}

class Advance implements fc.AsyncCommand<Model, Real> {
  readonly milliseconds: number;
  constructor(milliseconds: number) {
    this.milliseconds = milliseconds;
  }
  check = (): boolean => true;
  async run(model: Model, { clock }: Real): Promise<void> {
    model.nowMs += this.milliseconds;
    const due = [...model.delayed].filter(([, dueMs]) => dueMs <= model.nowMs).sort(([, a], [, b]) => a - b);
    for (const [key] of due) {
      model.delayed.delete(key);
      modelAdd(model, key, 'fresh');
    }
    await clock.advance(this.milliseconds);
  }
  toString = (): string => `advance(${this.milliseconds})`;
}

describe('any use of a work queue', () => {
  it('behaves like the model', async () => {
    // Delays of different keys never meet in one millisecond, so that the order of what is due is defined.
    const delays = fc.tuple(keys, fc.integer({ min: 1, max: 20 })).map(([key, tens]) => {
      return new AddAfter(key, tens * 10 + 'abc'.indexOf(key) * 3);
    });
    const commands = fc.commands(
      [
        fc.tuple(keys, priorities).map(([key, priority]) => new Add(key, priority)),
        delays,
        fc.constant(new Take()),
        keys.map((key) => new Done(key)),
        fc.integer({ min: 1, max: 12 }).map((tens) => new Advance(tens * 10)),
      ],
      { maxCommands: 60 },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const real = queueWith();
        const model: Model = { nowMs: 0, fresh: [], resync: [], working: new Map(), delayed: new Map() };
        await fc.asyncModelRun(() => ({ model, real }), sequence);
        expect(real.queue.depth).toBe(model.fresh.length + model.resync.length);
        for (const key of model.working.keys()) real.queue.done(key);
        await real.queue.shutDown();
        await settled();
        expect(real.clock.pending).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
