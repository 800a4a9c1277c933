import { describe, expect, it } from '@jest/globals';
import type { WatchEvent } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { watchStream } from '../../../src/kube/watch-stream.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const clock = new VirtualClock();
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'ü', uid: 'u', resourceVersion: '7' } };
const added = JSON.stringify({ type: 'ADDED', object: pod });

// eslint-disable-next-line @typescript-eslint/require-await -- an answer is asynchronous, also when it is all there
async function* answer(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function eventsOf(body: AsyncIterable<Uint8Array>): Promise<WatchEvent<KubeObject>[]> {
  const events: WatchEvent<KubeObject>[] = [];
  const stream = watchStream({ action: 'watch', open: () => Promise.resolve(body), clock, random: () => 0.5 });
  for await (const event of stream) events.push(event);
  return events;
}

describe('a watch', () => {
  it('reads events and bookmarks until the answer ends', async () => {
    const bookmark = JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } });
    expect(await eventsOf(answer(`${added}\n${bookmark}\n`))).toEqual([
      { type: 'ADDED', object: pod },
      { type: 'BOOKMARK', resourceVersion: '9' },
    ]);
  });

  it('puts lines together however they arrive, also inside a character', async () => {
    const bytes = Buffer.from(`${added}\n\n${added}\n`);
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await eventsOf(answer(...single))).toHaveLength(2);
  });

  it.each<[string, string]>([
    ['a line that is not JSON', '{"type":"ADDED"<html>\n'],
    ['a line that is no object', '7\n'],
    ['an unknown type', '{"type":"SURPRISE","object":{}}\n'],
    ['an event without an object', '{"type":"ADDED"}\n'],
    ['a bookmark without a version', '{"type":"BOOKMARK","object":{"metadata":{}}}\n'],
    ['a line cut off', added.slice(0, 30)],
  ])('fails at %s, without showing it', async (_name, text) => {
    const error: unknown = await eventsOf(answer(text)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 0, reason: 'InvalidAnswer', retryable: true, cause: undefined });
    expect(String(error)).not.toContain(text.trim());
  });

  it('gives what came before a broken line', async () => {
    const seen: string[] = [];
    const open = (): Promise<AsyncIterable<Uint8Array>> => Promise.resolve(answer(`${added}\nx\n`));
    const reading = async (): Promise<void> => {
      for await (const { type } of watchStream({ action: 'watch', open, clock, random: () => 0 })) seen.push(type);
    };
    await expect(reading()).rejects.toMatchObject({ reason: 'InvalidAnswer' });
    expect(seen).toEqual(['ADDED']);
  });

  it('throws the Status of an ERROR line', async () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    await expect(eventsOf(answer(`${JSON.stringify({ type: 'ERROR', object: status })}\n`))).rejects.toMatchObject({
      code: 410,
      reason: 'Expired',
      message: 'watch: too old resource version (Expired, HTTP 410)',
    });
  });

  it('asks for a life of 30 to 40 s', async () => {
    const asked: number[] = [];
    for (const random of [0, 0.5, 0.999]) {
      const open = (timeoutSeconds: number): Promise<AsyncIterable<Uint8Array>> => {
        asked.push(timeoutSeconds);
        return Promise.resolve(answer());
      };
      for await (const event of watchStream({ action: 'watch', open, clock, random: () => random }))
        expect(event).toBeNull();
    }
    expect(asked).toEqual([30, 35, 40]);
  });

  it('fails when it outlives its end by 3 s: then it is half-open', async () => {
    const stalling = new VirtualClock();
    const open = (_seconds: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> =>
      Promise.resolve(silence(signal));
    const reading = watchStream({ action: 'watch', open, clock: stalling, random: () => 0 }).next();
    let ended = false;
    const outcome = reading.catch((error: unknown) => {
      ended = true;
      return error;
    });
    await stalling.advance(32_999);
    expect(ended).toBe(false);
    await stalling.advance(1);
    expect(await outcome).toMatchObject({ code: 0, reason: 'Timeout' });
    expect(stalling.pending).toBe(0);
  });

  it('is closed when its reader has enough', async () => {
    let closed = false;
    const open = (_seconds: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
      signal.addEventListener('abort', () => {
        closed = true;
      });
      return Promise.resolve(answer(`${added}\n${added}\n`));
    };
    for await (const event of watchStream({ action: 'watch', open, clock, random: () => 0 })) {
      expect(event.type).toBe('ADDED');
      break;
    }
    expect(closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('ends with the caller’s reason when aborted', async () => {
    const abort = new AbortController();
    const open = (_seconds: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> =>
      Promise.resolve(silence(signal));
    const reading = watchStream({ action: 'watch', open, clock, random: () => 0, signal: abort.signal }).next();
    const reason = new Error('stop');
    abort.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});

/** An answer that never says anything and breaks when its signal is aborted. */
async function* silence(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield await new Promise<Uint8Array>((_resolve, reject) => {
    if (signal.aborted) reject(new Error('aborted'));
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
}
