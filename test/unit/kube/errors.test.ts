import { describe, expect, it } from '@jest/globals';
import {
  ApiError,
  isAlreadyExists,
  isConflict,
  isExpired,
  isForbidden,
  isInvalid,
  isNotFound,
  refusal,
  timedOut,
  unreachable,
} from '../../../src/kube/errors.ts';

const now = new Date('2026-01-01T00:00:00Z');
const status = (fields: object): object => ({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...fields });

describe('a refusal', () => {
  it('says what was being done, to what, and why not', () => {
    const error = refusal({
      action: 'get pods default/a',
      code: 403,
      body: status({ reason: 'Forbidden', message: 'no permission' }),
      now,
    });
    expect(error.message).toBe('get pods default/a: no permission (Forbidden, HTTP 403)');
    expect([error.code, error.reason, error.retryable]).toEqual([403, 'Forbidden', false]);
  });

  it('keeps which fields were refused', () => {
    const causes = [{ field: 'spec.replicas', reason: 'FieldValueInvalid', message: 'must be positive' }];
    const error = refusal({
      action: 'apply',
      code: 422,
      body: status({ reason: 'Invalid', details: { causes } }),
      now,
    });
    expect(error.causes).toEqual(causes);
  });

  it.each([
    [404, 'NotFound', false],
    [409, 'Conflict', false],
    [429, 'TooManyRequests', true],
    [418, 'Unknown', false],
    [500, 'InternalError', true],
    [502, 'InternalError', true],
    [503, 'ServiceUnavailable', true],
  ])('with code %i and no Status has the reason %s', (code, reason, retryable) => {
    const error = refusal({ action: 'get', code, body: undefined, now });
    expect([error.reason, error.retryable]).toEqual([reason, retryable]);
  });

  it.each([
    ['2', 2],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
  ])('reads Retry-After: %s', (retryAfter, seconds) => {
    expect(refusal({ action: 'get', code: 429, body: undefined, retryAfter, now }).retryAfterSeconds).toBe(seconds);
  });

  it('reads the wait from the Status where there is no header', () => {
    const body = status({ reason: 'Timeout', details: { retryAfterSeconds: 3 } });
    expect(refusal({ action: 'list', code: 504, body, now }).retryAfterSeconds).toBe(3);
  });
});

describe('a call without an answer', () => {
  it('has code 0, may be tried again and keeps its cause', () => {
    const cause = new Error('connect ECONNREFUSED');
    const error = unreachable('get pods default/a', cause);
    expect(error).toMatchObject({ code: 0, reason: 'Unreachable', retryable: true, cause });
    expect(error.message).toContain('ECONNREFUSED');
    expect(timedOut('get', 10)).toMatchObject({ code: 0, reason: 'Timeout', retryable: true });
  });
});

describe('the guards', () => {
  const guards = { isNotFound, isConflict, isAlreadyExists, isInvalid, isForbidden, isExpired };
  const otherUid = [{ field: 'metadata.uid', message: 'field is immutable' }];
  it.each<[string, number, string, readonly { field: string }[], string]>([
    ['404', 404, 'NotFound', [], 'isNotFound'],
    ['409 of a precondition', 409, 'Conflict', [], 'isConflict'],
    ['409 of a name', 409, 'AlreadyExists', [], 'isAlreadyExists'],
    ['422 of a rule', 422, 'Invalid', [{ field: 'spec' }], 'isInvalid'],
    ['422 of another uid', 422, 'Invalid', otherUid, 'isConflict'],
    ['403', 403, 'Forbidden', [], 'isForbidden'],
    ['410', 410, 'Expired', [], 'isExpired'],
    ['410 of a Status without a code', 500, 'Expired', [], 'isExpired'],
  ])('know %s', (_name, code, reason, causes, guard) => {
    const error = new ApiError('x', { code, reason, causes });
    const saying = Object.entries(guards).filter(([, is]) => is(error));
    expect(saying.map(([name]) => name)).toEqual([guard]);
  });

  it('know that other errors are none of the API server', () => {
    expect(Object.values(guards).some((is) => is(new Error('x')))).toBe(false);
  });
});
