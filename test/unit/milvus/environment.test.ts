import { describe, expect, it } from '@jest/globals';
import {
  activeStandbyEnvironment,
  etcdEnvironment,
  portEnvironment,
  sessionTTLEnvironment,
  withoutGarbageCollection,
} from '../../../src/milvus/environment.ts';

describe('the variables that switch active-standby on', () => {
  const names = (variables: readonly { readonly name: string }[]): string[] => variables.map(({ name }) => name);

  it('are one for a single role, with the value true', () => {
    expect(activeStandbyEnvironment('rootcoord', { major: 2, minor: 4, patch: 15 })).toEqual([
      { name: 'ROOT_COORD_ENABLE_ACTIVE_STANDBY', value: 'true' },
    ]);
    expect(names(activeStandbyEnvironment('indexcoord', { major: 2, minor: 2, patch: 5 }))).toEqual([
      'INDEX_COORD_ENABLE_ACTIVE_STANDBY',
    ]);
  });

  it('are four for all in one process before 2.6, one for each session', () => {
    expect(names(activeStandbyEnvironment('mixcoord', { major: 2, minor: 5, patch: 10 }))).toEqual([
      'ROOT_COORD_ENABLE_ACTIVE_STANDBY',
      'QUERY_COORD_ENABLE_ACTIVE_STANDBY',
      'DATA_COORD_ENABLE_ACTIVE_STANDBY',
      'INDEX_COORD_ENABLE_ACTIVE_STANDBY',
    ]);
  });

  it.each([0, 7])('are mixcoord and the rootcoord it falls back to in 2.6.%d', (patch) => {
    expect(names(activeStandbyEnvironment('mixcoord', { major: 2, minor: 6, patch }))).toEqual([
      'MIX_COORD_ENABLE_ACTIVE_STANDBY',
      'ROOT_COORD_ENABLE_ACTIVE_STANDBY',
    ]);
  });

  it('are mixcoord alone from 2.6.8 on', () => {
    expect(names(activeStandbyEnvironment('mixcoord', { major: 2, minor: 6, patch: 8 }))).toEqual([
      'MIX_COORD_ENABLE_ACTIVE_STANDBY',
    ]);
  });
});

describe('the variables of the ports', () => {
  it.each([
    ['a coordinator', 'datacoord', { major: 2, minor: 5, patch: 10 }, ['DATA_COORD_PORT=13333']],
    [
      'a mixture of 2.2, where indexcoord has a server of its own',
      'mixcoord',
      { major: 2, minor: 2, patch: 16 },
      ['ROOT_COORD_PORT=53100', 'QUERY_COORD_PORT=19531', 'DATA_COORD_PORT=13333', 'INDEX_COORD_PORT=31000'],
    ],
    [
      'a later mixture',
      'mixcoord',
      { major: 2, minor: 3, patch: 5 },
      ['ROOT_COORD_PORT=53100', 'QUERY_COORD_PORT=19531', 'DATA_COORD_PORT=13333'],
    ],
    [
      'mixcoord, which listens where rootcoord did',
      'mixcoord',
      { major: 2, minor: 6, patch: 13 },
      ['ROOT_COORD_PORT=53100'],
    ],
  ] as const)('are those that %s listens on, and that of its management server', (_, role, version, expected) => {
    const set = portEnvironment(role, version).map(({ name, value }) => `${name}=${value}`);
    expect(set).toEqual([...expected, 'METRICS_PORT=9091']);
  });
});

describe('the variables of the etcd connection', () => {
  const plain = { endpoints: ['etcd-0:2379', 'etcd-1:2379'], rootPath: 'by-dev', metaSubPath: 'meta', kvSubPath: 'kv' };

  it('join the endpoints by commas and say where the keys are', () => {
    expect(etcdEnvironment(plain)).toEqual([
      { name: 'ETCD_ENDPOINTS', value: 'etcd-0:2379,etcd-1:2379' },
      { name: 'ETCD_ROOT_PATH', value: 'by-dev' },
      { name: 'ETCD_META_SUB_PATH', value: 'meta' },
      { name: 'ETCD_KV_SUB_PATH', value: 'kv' },
    ]);
  });

  it('take user name and password from the Secret, never as plain text', () => {
    expect(etcdEnvironment({ ...plain, authSecretName: 'etcd-user' }).slice(4)).toEqual([
      { name: 'ETCD_AUTH_ENABLED', value: 'true' },
      { name: 'ETCD_AUTH_USERNAME', valueFrom: { secretKeyRef: { name: 'etcd-user', key: 'username' } } },
      { name: 'ETCD_AUTH_PASSWORD', valueFrom: { secretKeyRef: { name: 'etcd-user', key: 'password' } } },
    ]);
  });

  it('name the three files that TLS needs', () => {
    expect(etcdEnvironment({ ...plain, tlsFolder: '/milvus/etcd-tls' }).slice(4)).toEqual([
      { name: 'ETCD_SSL_ENABLED', value: 'true' },
      { name: 'ETCD_SSL_TLS_CERT', value: '/milvus/etcd-tls/tls.crt' },
      { name: 'ETCD_SSL_TLS_KEY', value: '/milvus/etcd-tls/tls.key' },
      { name: 'ETCD_SSL_TLS_CA_CERT', value: '/milvus/etcd-tls/ca.crt' },
    ]);
  });

  it.each(['1.2', '1.3'] as const)('hold TLS %s as the lowest version where it is wanted', (tlsMinVersion) => {
    expect(etcdEnvironment({ ...plain, tlsFolder: '/milvus/etcd-tls', tlsMinVersion }).slice(8)).toEqual([
      { name: 'ETCD_SSL_TLS_MIN_VERSION', value: tlsMinVersion },
    ]);
  });
});

describe('the variable of the session TTL', () => {
  it('holds seconds', () => {
    expect(sessionTTLEnvironment(30)).toEqual([{ name: 'COMMON_SESSION_TTL', value: '30' }]);
  });
});

describe('the variables without garbage collection', () => {
  const off = { name: 'DATA_COORD_ENABLE_GARBAGE_COLLECTION', value: 'false' };

  it.each([
    'DATA_COORD_ENABLE_GARBAGE_COLLECTION',
    'dataCoord.enableGarbageCollection',
    'DATACOORD_ENABLEGARBAGECOLLECTION',
  ])('have it off though %s says otherwise', (name) => {
    expect(
      withoutGarbageCollection([
        { name, value: 'true' },
        { name: 'GOGC', value: '50' },
      ]),
    ).toEqual([{ name: 'GOGC', value: '50' }, off]);
  });
});
