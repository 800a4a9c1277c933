import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairSpec } from '../../../../src/api/coordinator-pair.ts';
import { downgradeProblem, specProblems, versionOf } from '../../../../src/pair/decide/spec.ts';
import type { Changes } from '../support/changes.ts';
import { aPair } from '../support/pair.ts';

const etcd = { endpoints: ['my-release-etcd:2379'], rootPath: 'by-dev', metaSubPath: 'meta', kvSubPath: 'kv' };
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
  const version = { major: 2, minor: 6, patch: 13 };
  it.each<[string, string | undefined, boolean]>([
    ['is none without a watermark', undefined, false],
    ['is none below a watermark that cannot be read', 'soon', false],
    ['is none with the same version', '2.6.13', false],
    ['is none between patches of one minor version', '2.6.20', false],
    ['is refused below a newer minor version', '2.7.0', true],
    ['is refused below a newer major version', '3.0.0', true],
  ])('%s', (_, watermark, isRefused) => {
    const problems = downgradeProblem(version, watermark);
    expect(problems.map(({ reason }) => reason)).toEqual(isRefused ? ['Downgrade'] : []);
    for (const { message } of problems) expect(message).toMatch(/not 2\.6\.13.*no pod was touched/);
  });
});
