import { describe, expect, it } from '@jest/globals';
import { Authentication } from '../../../src/etcd/authentication.ts';
import { EtcdError } from '../../../src/etcd/errors.ts';
import { VirtualClock, settled } from '../../support/virtual-clock.ts';

function start() {
  const clock = new VirtualClock();
  const authentication = new Authentication(clock);
  let logins = 0;
  const login = (outcome: () => string | undefined) => (): Promise<string | undefined> => {
    logins++;
    return Promise.resolve().then(outcome);
  };
  return { clock, authentication, login, logins: () => logins };
}
const refused = new EtcdError('Unauthenticated', 'wrong password', { retryable: false });
const fail = (error: Error) => (): never => {
  throw error;
};

describe('authentication', () => {
  it('logs in once for all calls', async () => {
    const { authentication, login, logins } = start();
    const both = await Promise.all([authentication.token(login(() => 'a')), authentication.token(login(() => 'b'))]);
    expect([both, authentication.current, logins()]).toEqual([['a', 'a'], 'a', 1]);
  });

  it('logs in again when the token in use is refused, not when an older one is', async () => {
    const { authentication, login } = start();
    await authentication.token(login(() => 'a'));
    authentication.refused('a');
    expect(authentication.current).toBeUndefined();
    await authentication.token(login(() => 'b'));
    authentication.refused('a');
    expect(await authentication.token(login(() => 'c'))).toBe('b');
  });

  it('does without a token where etcd has authentication off, until a call without one is refused', async () => {
    const { authentication, login } = start();
    expect(await authentication.token(login(() => undefined))).toBeUndefined();
    authentication.refused(undefined);
    expect(await authentication.token(login(() => 'a'))).toBe('a');
  });

  it('tries again at once after a failure that says nothing about the password', async () => {
    const { authentication, login } = start();
    const unreachable = new EtcdError('Unavailable', 'down', { retryable: true });
    await expect(authentication.token(login(fail(unreachable)))).rejects.toBe(unreachable);
    await settled();
    expect(await authentication.token(login(() => 'a'))).toBe('a');
  });

  it('tries a refused password no more than every five seconds', async () => {
    const { clock, authentication, login, logins } = start();
    await expect(authentication.token(login(fail(refused)))).rejects.toBe(refused);
    await clock.advance(4_999);
    await expect(authentication.token(login(() => 'a'))).rejects.toBe(refused);
    expect(logins()).toBe(1);
    await clock.advance(1);
    expect(await authentication.token(login(() => 'a'))).toBe('a');
  });
});
