/** One field's complaint inside a refusal (metav1.StatusCause). */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What an {@link ApiError} is made of. */
export interface ApiErrorFields {
  readonly code: number;
  readonly reason: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly causes?: readonly StatusCause[] | undefined;
  readonly cause?: unknown;
}

/**
 * The API server refused a call, answered something that is no answer, or did not answer. Thrown by every method of
 * KubeClient. Its message says what was being done to what; it never holds a token or a request's body.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when there was no answer. */
  readonly code: number;
  /** Kubernetes' own reason (metav1.StatusReason: NotFound, Conflict, Invalid ...); Unreachable or Timeout without an answer. */
  readonly reason: string;
  /** The same call may succeed later. */
  readonly retryable: boolean;
  /** How long the server asked to be left alone. */
  readonly retryAfterSeconds: number | undefined;
  /** Which fields were refused, and why. */
  readonly causes: readonly StatusCause[];

  constructor(message: string, { code, reason, retryAfterSeconds, causes = [], cause }: ApiErrorFields) {
    super(message, { cause });
    this.code = code;
    this.reason = reason;
    this.retryable = code === 0 || code === 408 || code === 429 || code >= 500;
    this.retryAfterSeconds = retryAfterSeconds;
    this.causes = causes;
  }
}

/** What a call looked like: used in messages, never with its body. */
interface Refusal {
  /** For instance `get pods default/web-0`. */
  readonly action: string;
  readonly code: number;
  /** The parsed body: a metav1.Status where the API server itself answered. */
  readonly body: unknown;
  readonly retryAfter?: string | undefined;
  /** Now, for a Retry-After that is a date. */
  readonly now: Date;
}

/** The error for an HTTP answer that is not a success, or for the Status in a watch's ERROR line. */
export function refusal({ action, code, body, retryAfter, now }: Refusal): ApiError {
  const status = isStatus(body) ? body : undefined;
  const reason = status?.reason || (reasons.get(code) ?? (code >= 500 ? 'InternalError' : 'Unknown'));
  const said = status?.message ?? 'no explanation in the answer';
  return new ApiError(`${action}: ${said} (${reason}, HTTP ${code})`, {
    code,
    reason,
    retryAfterSeconds: secondsOf(retryAfter, now) ?? status?.details?.retryAfterSeconds,
    causes: status?.details?.causes,
  });
}

/** The error for a call that got no answer. */
export function unreachable(action: string, cause: unknown): ApiError {
  const said = typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : cause;
  return new ApiError(`${action}: no answer from the API server: ${String(said)}`, {
    code: 0,
    reason: 'Unreachable',
    cause,
  });
}

/** The error for a call whose answer did not come in time. */
export function timedOut(action: string, afterMs: number): ApiError {
  return new ApiError(`${action}: no answer from the API server within ${afterMs} ms`, { code: 0, reason: 'Timeout' });
}

/** Any failure of a call, whatever was thrown. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}

/** No such object, kind or namespace. */
export function isNotFound(error: unknown): error is ApiError {
  return isApiError(error) && error.code === 404;
}

/**
 * A precondition failed, another field manager owns a field, or somebody wrote in between: look again. A merge patch
 * whose metadata.uid is not the object's is answered 422 (`metadata.uid: field is immutable`): a conflict all the same.
 */
export function isConflict(error: unknown): error is ApiError {
  if (!isApiError(error)) return false;
  return (error.code === 409 && error.reason !== 'AlreadyExists') || isOtherUid(error);
}

/** An object of that name is there. */
export function isAlreadyExists(error: unknown): error is ApiError {
  return isApiError(error) && error.code === 409 && error.reason === 'AlreadyExists';
}

/** The object breaks a validation rule; `causes` name the fields. */
export function isInvalid(error: unknown): error is ApiError {
  return isApiError(error) && error.code === 422 && !isOtherUid(error);
}

/** A permission is missing. */
export function isForbidden(error: unknown): error is ApiError {
  return isApiError(error) && error.code === 403;
}

/** The resource version or continue token is older than the server remembers: list again. */
export function isExpired(error: unknown): error is ApiError {
  return isApiError(error) && (error.code === 410 || error.reason === 'Expired' || error.reason === 'Gone');
}

function isOtherUid({ code, causes }: ApiError): boolean {
  return code === 422 && causes.some(({ field }) => field === 'metadata.uid');
}

/** metav1.StatusReason for answers without a Status, for instance from a load balancer. */
const reasons = new Map([
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [405, 'MethodNotAllowed'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [413, 'RequestEntityTooLarge'],
  [415, 'UnsupportedMediaType'],
  [422, 'Invalid'],
  [429, 'TooManyRequests'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
]);

interface Status {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number; readonly causes?: readonly StatusCause[] };
}

function isStatus(body: unknown): body is Status {
  return typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';
}

/** Retry-After is a number of seconds or a date (RFC 9110 10.2.3). */
function secondsOf(retryAfter: string | undefined, now: Date): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now.getTime()) / 1000);
}

/** The error for an answer of more than so many bytes; it was not read to its end. */
export function answerTooLarge(action: string, bytes: number): ApiError {
  const said = `${action}: the answer has more than ${bytes} bytes and was not read`;
  return new ApiError(said, { code: 413, reason: ANSWER_TOO_LARGE });
}

/** Whether an answer was not read for its size: a smaller page may be. */
export function isAnswerTooLarge(error: unknown): error is ApiError {
  return isApiError(error) && error.reason === ANSWER_TOO_LARGE;
}

const ANSWER_TOO_LARGE = 'AnswerTooLarge';
