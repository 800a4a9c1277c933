import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareVersions,
  formatVersion,
  isAtLeast,
  parseVersion,
  versionOfImage,
} from '../../../src/milvus/version.ts';

const release = fc.record({
  major: fc.nat({ max: 20 }),
  minor: fc.nat({ max: 99 }),
  patch: fc.nat({ max: 999 }),
});
const version = fc.oneof(
  release,
  fc.tuple(release, fc.stringMatching(/^[0-9A-Za-z_.-]{1,12}$/)).map(([numbers, suffix]) => ({ ...numbers, suffix })),
  fc.tuple(release, fc.stringMatching(/^[0-9A-Za-z_.-]{1,12}$/)).map(([numbers, build]) => ({ ...numbers, build })),
);

describe('a Milvus version', () => {
  it.each([
    ['2.4.15', { major: 2, minor: 4, patch: 15 }],
    ['v2.4.15', { major: 2, minor: 4, patch: 15 }],
    ['2.6.0-rc1', { major: 2, minor: 6, patch: 0, suffix: 'rc1' }],
    ['2.2.8-pre+dev', { major: 2, minor: 2, patch: 8, suffix: 'pre', build: 'dev' }],
    ['2.4.1+a.b-c', { major: 2, minor: 4, patch: 1, build: 'a.b-c' }],
    ['v2.5.10-gpu-arm64', { major: 2, minor: 5, patch: 10, suffix: 'gpu-arm64' }],
  ])('%s is read', (text, expected) => {
    expect(parseVersion(text)).toEqual(expected);
  });

  it.each([
    '',
    'latest',
    '2.4',
    '2.4-latest',
    '2.4.x',
    'master-20240101-abcdef',
    '2.04.1',
    ' 2.4.1',
    '2.4.1-',
    '2.4.1+',
    '2.4.1+a+b',
    '2.4.1.2',
  ])('%p is no full version', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });

  it('is the same after formatting and reading', () => {
    fc.assert(fc.property(version, (one) => expect(parseVersion(formatVersion(one))).toEqual(one)));
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseVersion(text);
        expect(parsed === undefined || text.includes(formatVersion(parsed))).toBe(true);
      }),
    );
  });
});

describe('the version of an image', () => {
  it.each([
    ['milvusdb/milvus:v2.4.15', '2.4.15'],
    ['milvusdb/milvus:2.4.15', '2.4.15'],
    ['milvusdb/milvus:v2.5.10-gpu', '2.5.10-gpu'],
    ['registry.example.com:5000/milvusdb/milvus:v2.6.0-rc1', '2.6.0-rc1'],
    ['milvusdb/milvus:v2.4.15@sha256:0123456789abcdef', '2.4.15'],
  ])('%s is %s', (image, expected) => {
    const found = versionOfImage(image);
    expect(found && formatVersion(found)).toBe(expected);
  });

  it.each([
    'milvusdb/milvus',
    'milvusdb/milvus:latest',
    'milvusdb/milvus:v2.4-latest',
    'milvusdb/milvus:2.4-20240101-abcdef',
    'milvusdb/milvus:master-20240101-abcdef',
    'milvusdb/milvus@sha256:0123456789abcdef',
    'registry.example.com:5000/milvus',
    '',
  ])('%p names none', (image) => {
    expect(versionOfImage(image)).toBeUndefined();
  });
});

describe('the order of versions', () => {
  const order = (a: string, b: string): number => {
    const [first, second] = [parseVersion(a), parseVersion(b)];
    if (first === undefined || second === undefined) throw new Error(`${a} or ${b} is no version`);
    return Math.sign(compareVersions(first, second));
  };

  it.each([
    ['2.4.9', '2.4.10', -1],
    ['2.10.0', '2.9.9', 1],
    ['3.0.0', '2.99.99', 1],
    ['2.6.0-rc1', '2.6.0', 0],
    ['2.4.15-gpu', '2.4.15', 0],
  ])('%s against %s is %d', (a, b, expected) => {
    expect(order(a, b)).toBe(expected);
  });

  it('turns around when the two change places', () => {
    fc.assert(
      fc.property(
        release,
        release,
        (a, b) => compareVersions(a, b) === -compareVersions(b, a) || compareVersions(a, b) === 0,
      ),
    );
  });

  it('counts a release candidate as the release it leads to', () => {
    expect(isAtLeast({ major: 2, minor: 6, patch: 0, suffix: 'rc1' }, [2, 6, 0])).toBe(true);
    expect(isAtLeast({ major: 2, minor: 5, patch: 99 }, [2, 6, 0])).toBe(false);
  });
});
