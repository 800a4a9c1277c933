import { limits } from '../base/limits.ts';

/**
 * Why a call to etcd failed.
 *
 * - `Unavailable`: no connection, or the server is going down.
 * - `DeadlineExceeded`: no answer in time: frozen, cut off, overloaded or without a quorum.
 * - `Unauthenticated`: the user name or password is wrong or missing.
 * - `PermissionDenied`: the user may not do this.
 * - `TLS`: the certificates don't fit; comes from gRPC as "unavailable", but waiting doesn't cure it.
 * - `LeaseNotFound`: the lease is gone: revoked or expired.
 * - `Compacted`: the revision asked for is no longer kept.
 * - `NoLeader`: the member answers but sees no leader.
 * - `NotAllowed`: the address is one at which no etcd of a Milvus can be (local-addresses.ts).
 * - `Other`: anything else; the message has etcd's own words.
 */
export type EtcdErrorCode =
  | 'Unavailable'
  | 'DeadlineExceeded'
  | 'Unauthenticated'
  | 'PermissionDenied'
  | 'TLS'
  | 'LeaseNotFound'
  | 'Compacted'
  | 'NoLeader'
  | 'NotAllowed'
  | 'Other';

/** A call to etcd failed. The message says what was asked of whom and what to try; it never holds a password. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError';
  readonly code: EtcdErrorCode;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;

  constructor(
    code: EtcdErrorCode,
    message: string,
    options: { readonly retryable: boolean; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
  }
}

/** What was asked, for the message. */
export interface Asked {
  /** A gerund phrase: `reading the keys below "by-dev/meta/session/"`. */
  readonly what: string;
  /** `host:port` of those that were asked. */
  readonly endpoints: readonly string[];
}

/** How a gRPC call ended: https://grpc.io/docs/guides/status-codes. */
export interface CallStatus {
  /** gRPC status code; undefined where etcd gives only a text, as for a cancelled watch. */
  readonly code?: number | undefined;
  readonly details: string;
}

const advice: Readonly<Record<EtcdErrorCode, string>> = {
  Unavailable:
    'Check that etcd runs, that the endpoints are right, whether they want TLS, and that the network lets us through.',
  DeadlineExceeded:
    'Check that etcd is not frozen or overloaded, that it has a quorum and that the network lets us through.',
  Unauthenticated: 'Check the user name and password.',
  PermissionDenied: 'Grant the user readwrite on the whole root path.',
  TLS: 'Check the CA, the client certificate and key, and that the server certificate carries the name in the endpoint or the configured server name.',
  LeaseNotFound: 'The lease was revoked or has expired.',
  Compacted: 'Ask again for the newest revision.',
  NotAllowed: 'Name the Service of etcd, or let the operator use such addresses (--allow-local-endpoints).',
  NoLeader: 'etcd is electing a leader or has lost its quorum: check its members.',
  Other: "See etcd's log.",
};

const retryableCodes: ReadonlySet<EtcdErrorCode> = new Set([
  'Unavailable',
  'DeadlineExceeded',
  'Compacted',
  'NoLeader',
  'NotAllowed',
]);

/** gRPC status codes that appear in answers of etcd or of grpc-js. */
const grpc = {
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  permissionDenied: 7,
  aborted: 10,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
};

/** etcd's own words (api/v3rpc/rpctypes/error.go of 3.4 to 3.6), which tell more than the status code. */
const etcdTexts: readonly (readonly [RegExp, EtcdErrorCode])[] = [
  [/is not allowed as an endpoint of an etcd/, 'NotAllowed'],
  [/requested lease not found/, 'LeaseNotFound'],
  [/revision has been compacted/, 'Compacted'],
  [/invalid auth token|authentication failed|user name is empty|revision of auth store is old/, 'Unauthenticated'],
  [/etcdserver: permission denied|code = PermissionDenied/, 'PermissionDenied'],
  [
    /etcdserver: (no leader|leader changed|not leader|request timed out, possibly due to previous leader failure)/,
    'NoLeader',
  ],
  [/etcdserver: request timed out/, 'DeadlineExceeded'],
];

/** OpenSSL's and Node's words for a handshake that failed, as grpc-js quotes them in "Last error". */
const tlsText =
  /certificate|CERT_|self[- ]signed|altname|ssl routines|SSL alert|wrong version number|EPROTO|ERR_SSL|ERR_TLS|ERR_OSSL|PEM|DECODER routines|asn1|secure TLS connection/i;

/** Whether etcd refused the token itself, so that logging in again may help. */
export function isTokenRefused({ details }: CallStatus): boolean {
  return /invalid auth token|user name is empty|revision of auth store is old/.test(details);
}

/**
 * Whether nothing was answered in time. A token may be why: it names an entry of the log, and one of before a restore names
 * one that is still to come, for which etcd waits as long as the call does (simple tokens, etcd 3.5).
 */
export function isLate({ code }: CallStatus): boolean {
  return code === grpc.deadlineExceeded;
}

/** Whether etcd says that it has no authentication switched on, which makes a user name needless. */
export function isAuthNotEnabled({ details }: CallStatus): boolean {
  return /authentication is not enabled/.test(details);
}

/** The {@link EtcdError} for a gRPC call that ended badly. */
export function fromStatus(status: CallStatus, asked: Asked): EtcdError {
  const code = codeOf(status);
  const details = code === 'DeadlineExceeded' ? 'no answer in time' : tidy(status.details);
  return make(code, retryableCodes.has(code) || isPassing(status), details, asked, status);
}

/** The {@link EtcdError} for something thrown before a call left this process: PEM texts that don't parse, say. */
export function fromThrown(thrown: unknown, asked: Asked): EtcdError {
  if (thrown instanceof EtcdError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return make(tlsText.test(text) ? 'TLS' : 'Other', false, tidy(text), asked, thrown);
}

function codeOf({ code, details }: CallStatus): EtcdErrorCode {
  const known = etcdTexts.find(([pattern]) => pattern.test(details));
  if (known !== undefined) return known[1];
  switch (code) {
    case grpc.deadlineExceeded:
      return 'DeadlineExceeded';
    case grpc.permissionDenied:
      return 'PermissionDenied';
    case grpc.unauthenticated:
      return 'Unauthenticated';
    case grpc.unavailable:
      return tlsText.test(details) ? 'TLS' : 'Unavailable';
    default:
      return 'Other';
  }
}

/** Broken streams and the like (RST_STREAM is "internal"), and "too many requests". */
function isPassing({ code, details }: CallStatus): boolean {
  const passing = [grpc.cancelled, grpc.unknown, grpc.aborted, grpc.internal];
  return (code !== undefined && passing.includes(code)) || details.includes('too many requests');
}

/**
 * Takes out what grpc-js, OpenSSL and Node add: noise, and texts that differ from one try to the next (times, pointers),
 * which would look like news in a condition's message.
 */
function tidy(details: string): string {
  return details
    .slice(0, limits.etcdDetailCharacters)
    .replace(/^No connection established\. Last error: (Error: )?/, '')
    .replace(/ ?Resolution note:.*$/s, '')
    .replace(/; if the root CA is installed locally, try .*$/s, '')
    .replace(/\s*\(\d{4}-\d\d-\d\dT[^)]*\)/g, '')
    .replace(/^[0-9A-F]+:error:/, 'error:')
    .replace(/:\.\.\/deps\/openssl\/.*?:\d+:/g, ': ')
    .replace(/[.\s]+$/, '');
}

function make(code: EtcdErrorCode, retryable: boolean, details: string, asked: Asked, cause: unknown): EtcdError {
  const reason = details === '' ? 'no reason given' : details;
  const message = `etcd ${asked.endpoints.join(', ')}: ${asked.what} failed: ${reason}. ${advice[code]}`;
  return new EtcdError(code, message, { retryable, cause });
}
