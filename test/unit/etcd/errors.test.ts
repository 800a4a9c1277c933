import { describe, expect, it } from '@jest/globals';
import {
  EtcdError,
  fromStatus,
  fromThrown,
  isAuthNotEnabled,
  isTokenRefused,
  type EtcdErrorCode,
} from '../../../src/etcd/errors.ts';

const asked = { what: 'reading the keys below "by-dev/meta/session/"', endpoints: ['10.0.0.1:2379'] };

describe('the error of a call that ended badly', () => {
  it.each<[number | undefined, string, EtcdErrorCode, boolean]>([
    [
      14,
      'No connection established. Last error: Error: connect ECONNREFUSED 10.0.0.1:2379. Resolution note: ',
      'Unavailable',
      true,
    ],
    [14, 'Connection dropped', 'Unavailable', true],
    [14, 'etcdserver: no leader', 'NoLeader', true],
    [14, 'etcdserver: leader changed', 'NoLeader', true],
    [14, 'etcdserver: request timed out', 'DeadlineExceeded', true],
    [14, 'etcdserver: request timed out, possibly due to previous leader failure', 'NoLeader', true],
    [14, 'No connection established. Last error: Error: self-signed certificate in certificate chain', 'TLS', false],
    [14, 'No connection established. Last error: Error: unable to verify the first certificate', 'TLS', false],
    [14, 'Last error: write EPROTO 40C7:error:0A00010B:SSL routines::wrong version number', 'TLS', false],
    [4, 'Deadline exceeded after 2.000s,LB pick: 0.001s', 'DeadlineExceeded', true],
    [16, 'etcdserver: invalid auth token', 'Unauthenticated', false],
    [3, 'etcdserver: authentication failed, invalid user ID or password', 'Unauthenticated', false],
    [3, 'etcdserver: user name is empty', 'Unauthenticated', false],
    [3, 'etcdserver: revision of auth store is old', 'Unauthenticated', false],
    [7, 'etcdserver: permission denied', 'PermissionDenied', false],
    [undefined, 'rpc error: code = PermissionDenied desc = etcdserver: permission denied', 'PermissionDenied', false],
    [5, 'etcdserver: requested lease not found', 'LeaseNotFound', false],
    [11, 'etcdserver: mvcc: required revision has been compacted', 'Compacted', true],
    [13, 'Received RST_STREAM with code 2', 'Other', true],
    [8, 'etcdserver: too many requests', 'Other', true],
    [8, 'etcdserver: mvcc: database space exceeded', 'Other', false],
    [3, 'etcdserver: request is too large', 'Other', false],
  ])('of status %p "%s" is %s', (code, details, expected, retryable) => {
    const error = fromStatus({ code, details }, asked);
    expect(error).toBeInstanceOf(EtcdError);
    expect(error).toMatchObject({ name: 'EtcdError', code: expected, retryable, cause: { code, details } });
  });

  it('says what was asked of whom, why it failed and what to try', () => {
    expect(fromStatus({ code: 7, details: 'etcdserver: permission denied' }, asked).message).toBe(
      'etcd 10.0.0.1:2379: reading the keys below "by-dev/meta/session/" failed: etcdserver: permission denied. ' +
        'Grant the user readwrite on the whole root path.',
    );
  });

  it('leaves out what differs between two equal failures', () => {
    const refused = (pointer: string, time: string): string =>
      fromStatus(
        {
          code: 14,
          details: `No connection established. Last error: ${pointer}:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 48\n (${time}). Resolution note: `,
        },
        asked,
      ).message;
    expect(refused('408DC60C687F0000', '2026-11-21T13:09:17.173Z')).toBe(
      refused('40EEC60C687F0000', '2026-11-21T13:09:19.001Z'),
    );
    expect(refused('408DC60C687F0000', '2026-11-21T13:09:17.173Z')).toContain(
      'tlsv1 alert unknown ca: SSL alert number 48. Check the CA',
    );
    const late = (details: string): string => fromStatus({ code: 4, details }, asked).message;
    expect(late('Deadline exceeded after 2.001s')).toBe(late('Deadline exceeded after 2.004s'));
  });

  it('names a missing reason', () => {
    expect(fromStatus({ details: '' }, asked).message).toContain('failed: no reason given. ');
  });
});

describe('the error of something thrown before the call', () => {
  it.each([
    ['error:1E08010C:DECODER routines::unsupported', 'TLS'],
    ['error:05800074:x509 certificate routines::key values mismatch', 'TLS'],
    ['Channel target could not be parsed', 'Other'],
  ])('of "%s" is %s', (text, code) => {
    const thrown = new Error(text);
    expect(fromThrown(thrown, asked)).toMatchObject({ code, retryable: false, cause: thrown });
  });

  it('keeps an EtcdError as it is', () => {
    const error = new EtcdError('NoLeader', 'as it was', { retryable: true });
    expect(fromThrown(error, asked)).toBe(error);
    expect(fromThrown('a string', asked).message).toContain('a string');
  });
});

describe('what etcd says about tokens', () => {
  it.each([
    'etcdserver: invalid auth token',
    'etcdserver: user name is empty',
    'etcdserver: revision of auth store is old',
  ])('"%s" means to log in again', (details) => {
    expect(isTokenRefused({ details })).toBe(true);
  });

  it('a wrong password does not', () => {
    expect(isTokenRefused({ details: 'etcdserver: authentication failed, invalid user ID or password' })).toBe(false);
  });

  it('tells that authentication is off', () => {
    expect(isAuthNotEnabled({ code: 9, details: 'etcdserver: authentication is not enabled' })).toBe(true);
    expect(isAuthNotEnabled({ code: 3, details: 'etcdserver: user name is empty' })).toBe(false);
  });
});

it.each([' ', '. ', ' (', ':../deps/openssl/'])('details of an etcd that go on for ever are cut: %j', (part) => {
  const error = fromStatus(
    { code: 13, details: `${part.repeat(30_000)}x` },
    { what: 'reading', endpoints: ['etcd:2379'] },
  );
  expect(error.message.length).toBeLessThan(2_500);
});
