import { status as grpcStatus } from '@grpc/grpc-js';
import type { Readable } from 'node:stream';
import { Range, type IDuplexStream, type IWatchRequest, type IWatchResponse } from 'etcd3';
import { limits } from '../base/limits.ts';
import { prepareCall } from './call.ts';
import type { CallStatus } from './errors.ts';
import type { Link } from './link.ts';

/** Told what a watch sees. */
export interface WatchListener {
  /** The watch stands: whatever changes from now on is told. */
  connected(): void;
  /** Keys below the prefix changed. */
  changed(): void;
}

/** What etcd3's type leaves out: it is a stream of Node's. */
type WatchCall = IDuplexStream<IWatchRequest, IWatchResponse> & Pick<Readable, 'pause' | 'resume'>;

/** What to watch, and for whom. */
export interface WatchSpec {
  readonly prefix: string;
  readonly token: string | undefined;
  readonly listener: WatchListener;
  readonly signal: AbortSignal;
  /** etcd must have created the watch by then, milliseconds. */
  readonly createWithinMs: number;
}

/**
 * Watches keys from now on, on a gRPC stream of its own, until the stream ends, and says how it ended. Never throws
 * for what etcd does.
 *
 * The stream is not shared, for in a shared one a watch that etcd refuses to create blocks those that come after it
 * (etcd3 1.1.2's attach queue waits for the refused one for ever).
 */
export async function runWatch(
  link: Link,
  { prefix, token, listener, signal, createWithinMs }: WatchSpec,
): Promise<CallStatus> {
  const late = new AbortController();
  const call = prepareCall({ token, requireLeader: true, signal: AbortSignal.any([signal, link.closed, late.signal]) });
  const { start, end } = Range.prefix(prefix);
  const stream = (await link.etcd.watchClient.watch(call.options)) as WatchCall;
  const timer = setTimeout(() => late.abort(), createWithinMs);
  let resume: NodeJS.Timeout | undefined;
  try {
    return await new Promise<CallStatus>((resolve) => {
      const ended = (): void => resolve(endOf(call.status, link, late.signal));
      stream.on('error', ended);
      stream.on('end', ended);
      stream.on('data', (answer: IWatchResponse) => {
        // A refused watch is answered with created and canceled at once (etcd 3.5).
        if (answer.canceled) {
          resolve({ details: cancelReason(answer) });
          return;
        }
        if (answer.created) {
          clearTimeout(timer);
          listener.connected();
        }
        if (answer.events.length > 0) listener.changed();
        // gRPC reads no further meanwhile: whoever sends without end is held up, not listened to.
        stream.pause();
        resume = setTimeout(() => stream.resume(), limits.etcdWatchPauseMs);
      });
      if (call.status === undefined) stream.write({ create_request: { key: start, range_end: end } });
      else ended();
    });
  } finally {
    clearTimeout(timer);
    clearTimeout(resume);
    stream.cancel();
  }
}

function endOf(status: CallStatus | undefined, link: Link, late: AbortSignal): CallStatus {
  if (late.aborted) return { code: grpcStatus.DEADLINE_EXCEEDED, details: 'the watch was not created in time' };
  if (link.closed.aborted)
    return { code: grpcStatus.UNAVAILABLE, details: 'the connection was given up after another call failed' };
  if (status === undefined || status.code === grpcStatus.OK)
    return { code: grpcStatus.UNAVAILABLE, details: 'the server ended the watch' };
  return status;
}

function cancelReason({ cancel_reason: reason, compact_revision: compacted }: IWatchResponse): string {
  if (BigInt(compacted) > 0n) return `mvcc: required revision has been compacted (up to ${compacted})`;
  return reason === '' ? 'etcd cancelled the watch and gave no reason' : reason;
}
