import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalConfigKey, reservedConfigKeys, reservedEnvironment } from '../../../src/milvus/config-keys.ts';
import {
  activeStandbyEnvironment,
  etcdEnvironment,
  portEnvironment,
  sessionTTLEnvironment,
} from '../../../src/milvus/environment.ts';
import { ROLES } from '../../../src/milvus/roles.ts';

describe('a configuration key', () => {
  it.each([
    'rootCoord.enableActiveStandby',
    'ROOT_COORD_ENABLE_ACTIVE_STANDBY',
    'ROOTCOORD_ENABLEACTIVESTANDBY',
    'rootcoord/enableactivestandby',
    'milvus.rootCoord.enableActiveStandby',
    'MILVUS_CONF_ROOT_COORD_ENABLE_ACTIVE_STANDBY',
  ])('%s is one and the same setting', (name) => {
    expect(canonicalConfigKey(name)).toBe('rootcoordenableactivestandby');
  });

  it.each(['rootCoord.activeStandby.enabled', 'ROOT_COORD_ACTIVE_STANDBY_ENABLED'])(
    '%s, a value of the Helm chart, is another one that Milvus does not know',
    (name) => {
      expect(canonicalConfigKey(name)).not.toBe('rootcoordenableactivestandby');
    },
  );

  it('keeps its form when made canonical twice', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z_.]{0,30}$/), (name) => {
        const once = canonicalConfigKey(name);
        expect(canonicalConfigKey(once)).toBe(once);
      }),
    );
  });
});

describe('the settings that belong to the operator', () => {
  it('are found at any depth and in any spelling, in the order of the file', () => {
    const config = {
      rootCoord: { ip: '10.0.0.1', maxPartitionNum: 4096 },
      ROOTCOORD: { Port: 1 },
      'queryCoord.enableActiveStandby': false,
      etcd: { rootPath: 'x', kvSubPath: 'y', requestTimeout: 10000, auth: { enabled: true }, ssl: {} },
      common: { session: { ttl: 20, retryTimes: 30 } },
    };
    expect(reservedConfigKeys(config)).toEqual([
      { name: 'rootCoord.ip', kind: 'breaks' },
      { name: 'ROOTCOORD.Port', kind: 'overridden' },
      { name: 'queryCoord.enableActiveStandby', kind: 'overridden' },
      { name: 'etcd.rootPath', kind: 'overridden' },
      { name: 'etcd.kvSubPath', kind: 'breaks' },
      { name: 'etcd.auth', kind: 'overridden' },
      { name: 'etcd.ssl', kind: 'overridden' },
      { name: 'common.session.ttl', kind: 'overridden' },
    ]);
  });

  it('are found where a merge key brings them in', () => {
    const config = { rootCoord: { '<<': [{ port: 1 }, { x: 1 }] }, '<<': { queryCoord: { ip: '10.0.0.1' } } };
    expect(reservedConfigKeys(config)).toEqual([
      { name: 'rootCoord.port', kind: 'overridden' },
      { name: 'queryCoord.ip', kind: 'breaks' },
    ]);
  });

  it('leave everything else to the user', () => {
    const config = {
      dataCoord: { segment: { maxSize: 2048 } },
      etcd: { requestTimeout: 10000 },
      list: [{ ip: 'x' }],
      none: null,
    };
    expect(reservedConfigKeys(config)).toEqual([]);
    expect(reservedEnvironment(['DATA_COORD_SEGMENT_MAXSIZE', 'LOG_LEVEL', 'MINIO_ACCESS_KEY_ID'])).toEqual([]);
  });

  it.each(['ROOT_COORD_IP', 'mixcoord.ip', 'MILVUSCONF'])('%s would break the pair', (name) => {
    expect(reservedEnvironment([name])).toEqual([{ name, kind: 'breaks' }]);
  });

  it('are all that the operator itself sets', () => {
    const version = { major: 2, minor: 6, patch: 0 };
    const own = [
      ...ROLES.flatMap((role) => [...activeStandbyEnvironment(role, version), ...portEnvironment(role, version)]),
      ...etcdEnvironment({
        endpoints: ['e:1'],
        rootPath: 'r',
        metaSubPath: 'm',
        kvSubPath: 'k',
        authSecretName: 's',
        tlsFolder: '/t',
      }),
      ...sessionTTLEnvironment(30),
    ].map(({ name }) => name);
    expect(reservedEnvironment(own).map(({ name }) => name)).toEqual(own);
  });
});
