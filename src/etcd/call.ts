import {
  InterceptingCall,
  status as grpcStatus,
  type CallOptions,
  type Interceptor,
  type StatusObject,
} from '@grpc/grpc-js';
import type { CallStatus } from './errors.ts';

/** What one gRPC call carries. */
export interface CallSpec {
  /** etcd's token of the user; undefined: none. */
  readonly token: string | undefined;
  /** Wall clock, milliseconds; absent for streams. */
  readonly deadlineMs?: number;
  /** The member shall end the stream when it loses sight of the leader; else a member cut off from the others is silent. */
  readonly requireLeader?: boolean;
  /** Cancels the call. */
  readonly signal: AbortSignal | undefined;
}

/** A gRPC call to be made: the options to give to etcd3, and how it ended. */
export interface Call {
  readonly options: CallOptions;
  /** As the server or grpc-js gave it; undefined while the call runs. */
  readonly status: CallStatus | undefined;
}

/** How a call ended. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: CallStatus | undefined; readonly thrown: unknown };

/**
 * Prepares a call. etcd3 is shown each failure as FAILED_PRECONDITION, the true status is kept for us, because etcd3
 * 1.1.2 acts by itself on some: it repeats a call for ever while its token is refused, and closes the connection under
 * all other calls when one of them is late or cancelled.
 */
export function prepareCall({ token, deadlineMs, requireLeader = false, signal }: CallSpec): Call {
  let status: CallStatus | undefined;
  const interceptor: Interceptor = (options, nextCall) => {
    const call = nextCall(options);
    const cancel = (): void => call.cancelWithStatus(grpcStatus.CANCELLED, 'no longer wanted');
    return new InterceptingCall(call, {
      start(metadata, _listener, next) {
        if (token !== undefined) metadata.set('token', token);
        if (requireLeader) metadata.set('hasleader', 'true');
        next(metadata, {
          onReceiveStatus(ended, forward) {
            signal?.removeEventListener('abort', cancel);
            status = { code: ended.code, details: ended.details };
            forward(ended.code === grpcStatus.OK ? ended : disguised(ended));
          },
        });
        signal?.addEventListener('abort', cancel, { once: true });
        if (signal?.aborted === true) cancel();
      },
    });
  };
  return {
    options: { interceptors: [interceptor], ...(deadlineMs === undefined ? {} : { deadline: deadlineMs }) },
    get status() {
      return status;
    },
  };
}

/** Makes a unary call. Never throws. */
export async function makeCall<T>(spec: CallSpec, send: (options: CallOptions) => Promise<T>): Promise<Outcome<T>> {
  const call = prepareCall(spec);
  try {
    return { ok: true, value: await send(call.options) };
  } catch (thrown) {
    return { ok: false, status: call.status, thrown };
  }
}

function disguised(ended: StatusObject): StatusObject {
  return { ...ended, code: grpcStatus.FAILED_PRECONDITION, details: 'the status is kept for the caller' };
}
