import { describe, expect, it } from '@jest/globals';
import type { Role } from '../../../src/milvus/roles.ts';
import { ROLES } from '../../../src/milvus/roles.ts';
import { checkFeatures, checkVersion } from '../../../src/milvus/version-rules.ts';
import { parseVersion } from '../../../src/milvus/version.ts';

function parsed(text: string): NonNullable<ReturnType<typeof parseVersion>> {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${text} is no version`);
  return version;
}

describe('a role in a Milvus version', () => {
  it.each<[Role, string]>([
    ['rootcoord', '2.2.3'],
    ['querycoord', '2.3.0'],
    ['datacoord', '2.5.99'],
    ['indexcoord', '2.2.16'],
    ['mixcoord', '2.2.3'],
    ['mixcoord', '2.5.10'],
    ['mixcoord', '2.6.0-rc1'],
    ['mixcoord', '3.0.0'],
  ])('%s can run %s', (role, version) => {
    expect(checkVersion(role, parsed(version))).toBeUndefined();
  });

  it.each(ROLES)('%s is refused below 2.2.3', (role) => {
    expect(checkVersion(role, parsed('2.2.2'))).toEqual({
      reason: 'VersionTooOld',
      message: 'Milvus must be 2.2.3 or newer, not 2.2.2: older versions have no working active-standby mode',
    });
  });

  it('refuses indexcoord from 2.3 on', () => {
    expect(checkVersion('indexcoord', parsed('2.3.0'))).toEqual({
      reason: 'RoleNotInVersion',
      message:
        'indexcoord must run Milvus 2.2, not 2.3.0: from 2.3 on it is part of datacoord and has no process of its own',
    });
  });

  it.each<Role>(['rootcoord', 'querycoord', 'datacoord'])('refuses %s from the first candidate of 2.6 on', (role) => {
    expect(checkVersion(role, parsed('v2.6.0-rc1'))).toEqual({
      reason: 'RoleNotInVersion',
      message: `${role} must run a Milvus version below 2.6, not 2.6.0-rc1: from 2.6 on the role must be mixcoord`,
    });
  });
});

describe('what a pair uses in a Milvus version', () => {
  it('has etcd authentication from 2.3.7 on', () => {
    expect(checkFeatures(parsed('2.3.6'), { etcdAuth: true })?.reason).toBe('EtcdAuthNotInVersion');
    expect(checkFeatures(parsed('2.3.7'), { etcdAuth: true })).toBeUndefined();
  });

  it('has user.yaml from 2.3.0 on', () => {
    expect(checkFeatures(parsed('2.2.16'), { userConfig: true })?.reason).toBe('ConfigNotInVersion');
    expect(checkFeatures(parsed('2.3.0'), { userConfig: true })).toBeUndefined();
  });

  it('is fine when it uses neither', () => {
    expect(checkFeatures(parsed('2.2.3'), {})).toBeUndefined();
  });
});
