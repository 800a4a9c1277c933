import { EventEmitter } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '../../../src/runtime/logging.ts';
import { disposeWithin, onShutdownRequest } from '../../../src/runtime/shutdown.ts';

const quiet = createLogger('error', { write: () => undefined });

class FakeProcess extends EventEmitter {
  readonly exit = jest.fn<(code: number) => void>();
}

describe('onShutdownRequest', () => {
  it.each(['SIGTERM', 'SIGINT'])('aborts on %s without ending the process', (name) => {
    const source = new FakeProcess();
    using request = onShutdownRequest(quiet, source);
    expect(request.signal.aborted).toBe(false);
    source.emit(name);
    expect(request.signal.reason).toEqual(new Error(`received ${name}`));
    expect(source.exit).not.toHaveBeenCalled();
  });

  it('ends the process with code 1 when asked a second time', () => {
    const source = new FakeProcess();
    using request = onShutdownRequest(quiet, source);
    source.emit('SIGTERM');
    source.emit('SIGINT');
    expect(request.signal.aborted).toBe(true);
    expect(source.exit.mock.calls).toEqual([[1]]);
  });

  it('listens no longer when disposed', () => {
    const source = new FakeProcess();
    onShutdownRequest(quiet, source)[Symbol.dispose]();
    expect(source.eventNames()).toEqual([]);
  });
});

describe('disposeWithin', () => {
  it('ends one thing after the other', async () => {
    const order: string[] = [];
    const step = (name: string) => ({
      name,
      dispose: async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
      },
    });
    expect(await disposeWithin(60_000, [step('queue'), step('lease')], quiet)).toBe(true);
    expect(order).toEqual(['queue begins', 'queue ends', 'lease begins', 'lease ends']);
  });

  it('goes on after one that fails, and says that it was not clean', async () => {
    const last = jest.fn<() => void>();
    const fails = { name: 'fails', dispose: () => Promise.reject(new Error('boom')) };
    expect(await disposeWithin(60_000, [fails, { name: 'last', dispose: last }], quiet)).toBe(false);
    expect(last).toHaveBeenCalledTimes(1);
  });

  it('gives up when the time is over, and says in what', async () => {
    const lines: string[] = [];
    const log = createLogger('error', { write: (line) => void lines.push(line) });
    const after = jest.fn<() => void>();
    const stuck = { name: 'stuck', dispose: () => new Promise<void>(() => undefined) };
    expect(await disposeWithin(1, [stuck, { name: 'after', dispose: after }], log)).toBe(false);
    expect(after).not.toHaveBeenCalled();
    expect(lines.map((line) => (JSON.parse(line) as { stuckIn: string }).stuckIn)).toEqual(['stuck']);
  });
});
