import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairSpec } from '../../../../src/api/coordinator-pair.ts';
import { parseVersion } from '../../../../src/milvus/version.ts';
import { downgradeProblem, specProblems, versionOf } from '../../../../src/pair/decide/spec.ts';
import type { Changes } from '../support/changes.ts';
import { aPair } from '../support/pair.ts';

const etcd = { endpoints: ['my-release-etcd:2379'], rootPath: 'by-dev', metaSubPath: 'meta', kvSubPath: 'kv' };
/** Which Milvus starts beside which version key; the stand-in is held to the same table. */
const versionKeys = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../images/coordinator/testdata/version-key.json'), 'utf8'),
) as readonly { readonly milvus: string; readonly key: string; readonly starts: boolean }[];
const problemsOf = (spec: Changes<CoordinatorPairSpec>, config?: unknown) => specProblems(aPair({ spec }), config);

describe('a spec', () => {
  it.each<[string, Changes<CoordinatorPairSpec>, string | undefined, RegExp]>([
    ['is fine as it is', {}, undefined, /^$/],
    ['is fine with a digest and a version', { image: 'milvus@sha256:00', version: '2.4.15' }, undefined, /^$/],
    [
      'needs a version the tag does not name',
      { image: 'milvusdb/milvus:latest' },
      'VersionUnknown',
      /spec\.version must be set.*latest/,
    ],
    ['needs 2.2.3', { image: 'milvusdb/milvus:v2.2.2' }, 'VersionTooOld', /2\.2\.3 or newer/],
    [
      'has no indexcoord from 2.3 on',
      { role: 'indexcoord', image: 'milvusdb/milvus:v2.3.0' },
      'RoleNotInVersion',
      /indexcoord must run Milvus 2\.2/,
    ],
    ['has only mixcoord from 2.6 on', { image: 'milvusdb/milvus:v2.6.0' }, 'RoleNotInVersion', /mixcoord/],
    [
      'cannot log in to etcd before 2.3.7',
      { image: 'milvusdb/milvus:v2.3.6', etcd: { ...etcd, auth: { secretName: 'login' } } },
      'EtcdAuthNotInVersion',
      /2\.3\.7/,
    ],
    [
      'has no user.yaml before 2.3.0',
      { image: 'milvusdb/milvus:v2.2.9', config: { inline: {} } },
      'ConfigNotInVersion',
      /2\.3\.0/,
    ],
  ])('%s', (_, spec, reason, named) => {
    const [problem, ...others] = problemsOf(spec);
    expect([problem?.reason, others]).toEqual([reason, []]);
    expect(problem?.message ?? '').toMatch(named);
  });

  it.each<[string, unknown]>([
    ['a fixed address', { rootCoord: { ip: '10.0.0.1' } }],
    ['an address in another spelling', { root_coord: { IP: 'x' } }],
    ['another place of the counters than the spec does', { etcd: { kvSubPath: 'kv2' } }],
  ])('must not set %s in its configuration', (_, config) => {
    const [problem] = problemsOf({ config: { configMapName: 'mine' } }, config);
    expect(problem?.reason).toBe('ReservedSetting');
    expect(problem?.message).toMatch(/must not set [\w.]+: .*remove/);
  });

  it.each<[string, unknown]>([
    ['what the environment overrides', { etcd: { rootPath: 'x' } }],
    ['ports, which the environment overrides', { rootCoord: { port: 53100 } }],
    ['anything else', { dataCoord: { segment: { maxSize: 2048 } } }],
    ['nothing', null],
    ['a text', 'hello'],
  ])('may set %s there', (_, config) => {
    expect(problemsOf({ config: { configMapName: 'mine' } }, config)).toEqual([]);
  });

  it.each<[Changes<CoordinatorPairSpec>, string | undefined]>([
    [{ image: 'milvusdb/milvus:v2.4.15-gpu' }, '2.4.15-gpu'],
    [{ image: 'milvusdb/milvus:v2.4.15', version: '2.5.0' }, '2.5.0'],
    [{ image: 'milvusdb/milvus:2.4-latest' }, undefined],
  ])('of %j is of version %s', (spec, expected) => {
    const version = versionOf(aPair({ spec }));
    const text =
      version && `${version.major}.${version.minor}.${version.patch}${version.suffix ? `-${version.suffix}` : ''}`;
    expect(text).toBe(expected);
  });
});

describe('a downgrade', () => {
  const asked = (image: string, watermark?: string, pair = aPair()) => {
    const version = parseVersion(image);
    return version ? downgradeProblem(pair, version, watermark) : [];
  };

  it.each<[string, string, string | undefined, boolean]>([
    ['is none without a watermark', '2.6.13', undefined, false],
    ['is none below a watermark that cannot be read', '2.6.13', 'soon', false],
    ['is none with the same version', '2.6.13', '2.6.13', false],
    ['is refused from 3.0 to an older line', '2.5.99', '3.0.0', true],
  ])('%s', (_, version, watermark, isRefused) => {
    const problems = asked(version, watermark);
    expect(problems.map(({ reason }) => reason)).toEqual(isRefused ? ['Downgrade'] : []);
  });

  it.each(versionKeys)('from $key to $milvus is refused unless that Milvus starts there, which is $starts', (row) => {
    const problems = asked(row.milvus, row.key);
    expect(problems.map(({ reason }) => reason)).toEqual(row.starts ? [] : ['Downgrade']);
  });

  it('is told with what may run, and how to say that this build may', () => {
    expect(asked('2.6.19', '3.0.0')).toEqual([
      {
        reason: 'Downgrade',
        message:
          'spec.image must be Milvus 3.0 or newer, or 2.6 from 2.6.20 on, not 2.6.19: Milvus 3.0.0 has been ACTIVE under this path, and an older one refuses to start beside its data; no pod was touched. A build that differs: annotation ha.milvus.io/ignore-release-rules=Downgrade',
      },
    ]);
  });

  it('is none where the annotation says so', () => {
    const metadata = { annotations: { 'ha.milvus.io/ignore-release-rules': 'EtcdAuthNotInVersion, Downgrade' } };
    expect(asked('2.6.19', '3.0.0', aPair({ metadata }))).toEqual([]);
  });
});
