import { describe, expect, it } from '@jest/globals';
import { abortable } from '../../../src/etcd/abortable.ts';

describe('abortable', () => {
  const reason = new Error('enough');

  it('gives what the promise gives', async () => {
    await expect(abortable(Promise.resolve(1), new AbortController().signal)).resolves.toBe(1);
    await expect(abortable(Promise.reject(reason), new AbortController().signal)).rejects.toBe(reason);
    await expect(abortable(Promise.resolve(2), undefined)).resolves.toBe(2);
  });

  it('stops waiting when the signal is aborted, before or meanwhile', async () => {
    const controller = new AbortController();
    const waiting = abortable(new Promise(() => undefined), controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(abortable(Promise.reject(new Error('late')), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
