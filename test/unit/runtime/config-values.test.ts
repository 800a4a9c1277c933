import { describe, expect, it } from '@jest/globals';
import {
  labelName,
  listenAddress,
  namespaceList,
  subdomainName,
  trueOrFalse,
  wholeNumber,
} from '../../../src/runtime/config-values.ts';

describe('listenAddress', () => {
  it.each([
    [':8080', { port: 8080 }],
    [':0', { port: 0 }],
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
  ])('reads %s', (text, address) => {
    expect(listenAddress(text)).toEqual(address);
  });

  it.each(['8080', ':', '::1:8080', ':65536', ':80 ', 'a b:80', 'http://a:80', ''])('refuses %j', (text) => {
    expect(listenAddress(text)).toBeUndefined();
  });
});

describe('wholeNumber', () => {
  it.each(['1', '256', '007'])('reads %s within 1 and 256', (text) => {
    expect(wholeNumber(1, 256)(text)).toBe(Number(text));
  });

  it.each(['0', '257', '-1', '1.5', '1e2', '0x10', ' 1', '', '15s', '99999999999999999999'])('refuses %j', (text) => {
    expect(wholeNumber(1, 256)(text)).toBeUndefined();
  });
});

describe('trueOrFalse', () => {
  it('reads nothing but the two words', () => {
    expect(['true', 'false', 'TRUE', '1', 'yes', ''].map(trueOrFalse)).toEqual([
      true,
      false,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('names', () => {
  it('hold labels to 63 characters of lower case, digits and inner hyphens', () => {
    expect(labelName('a'.repeat(63))).toHaveLength(63);
    for (const name of ['a'.repeat(64), '', '-a', 'a-', 'A', 'a.b', 'a_b']) expect(labelName(name)).toBeUndefined();
  });

  it('hold subdomains to labels between dots', () => {
    expect(subdomainName('cluster.local')).toBe('cluster.local');
    for (const name of ['', '.', 'a.', '.a', 'a..b', 'a b']) expect(subdomainName(name)).toBeUndefined();
  });

  it('refuse a list with one bad name', () => {
    expect(namespaceList('milvus, Team-B')).toBeUndefined();
    expect(namespaceList('milvus,')).toBeUndefined();
  });
});
