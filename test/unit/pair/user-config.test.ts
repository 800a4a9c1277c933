import { describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '../../../src/kube/core-types.ts';
import { userConfig } from '../../../src/pair/user-config.ts';
import { aPair } from './support/pair.ts';

const named = aPair({ spec: { config: { configMapName: 'release' } } });
const holding = (data: Record<string, string> | undefined) => ({
  configMap: () =>
    Promise.resolve<ConfigMap | undefined>(
      data && { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'release' }, data },
    ),
});

describe('the user.yaml of a pair', () => {
  it('is none without config', async () => {
    expect(await userConfig(aPair(), holding(undefined))).toEqual({});
  });

  it('is what the spec holds, in one order', async () => {
    const inline = { b: { c: 1 }, a: 'x' };
    expect(await userConfig(aPair({ spec: { config: { inline } } }), holding(undefined))).toEqual({
      text: 'a: x\nb:\n  c: 1\n',
      settings: inline,
    });
  });

  it.each([
    ['settings', 'log:\n  level: warn\n', { log: { level: 'warn' } }],
    ['comments alone, as milvus-helm makes it', '# extraConfigFiles\n', undefined],
    ['nothing', '', undefined],
    ['several documents, of which Milvus reads the first', 'a: 1\n---\na: 2\n', { a: 1 }],
  ])('may hold %s', async (_, text, settings) => {
    expect(await userConfig(named, holding({ 'user.yaml': text }))).toEqual({ text, settings });
  });

  it.each([
    ['that does not exist', undefined, 'does not exist'],
    ['without the key', { 'milvus.yaml': '' }, 'lacks the key user.yaml'],
    ['that is no YAML', { 'user.yaml': 'a: [' }, 'is not YAML'],
  ])('in a ConfigMap %s is a problem', async (_, data, words) => {
    expect(await userConfig(named, holding(data))).toEqual({
      problem: { reason: 'ConfigMapNotFound', message: expect.stringContaining(words) },
    });
  });

  const doubled = (times: number): string =>
    ['a0: &a0 {x: 1}', ...Array.from({ length: times }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)].join('\n');

  it.each([
    ['500 bytes of aliases that stand for 2^30 settings', doubled(30)],
    ['an alias of a mapping around itself', 'a: &a {b: *a}'],
    ['thousands of mappings', `l: [${'{a: 1},'.repeat(15_000)}]`],
    ['more text than any milvus.yaml', `a: ${'x'.repeat(200_000)}`],
  ])('in a ConfigMap of %s is too large', async (_, text) => {
    expect(await userConfig(named, holding({ 'user.yaml': text }))).toEqual({
      problem: { reason: 'ConfigTooLarge', message: expect.stringContaining('user.yaml in ConfigMap release') },
    });
  });

  it.each([
    ['thousands of aliases', `a: &a {x: 1}\nb: [${'*a, '.repeat(3_000)}]`, 'aliases'],
    ['brackets that never close', '['.repeat(100_000), 'nesting'],
  ])('in a ConfigMap of %s is no YAML', async (_, text, words) => {
    expect(await userConfig(named, holding({ 'user.yaml': text }))).toEqual({
      problem: { reason: 'ConfigMapNotFound', message: expect.stringContaining(words) },
    });
  });

  it('may use aliases as people do', async () => {
    const text = 'one: &one {level: warn}\nlog: *one\ntrace: *one\n';
    expect((await userConfig(named, holding({ 'user.yaml': text }))).settings).toEqual({
      one: { level: 'warn' },
      log: { level: 'warn' },
      trace: { level: 'warn' },
    });
  });

  it.each([
    ['nested ten thousand times', JSON.parse(`${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`) as object],
    ['of many settings', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, 1]))],
    ['of one very long setting', { a: 'x'.repeat(200_000) }],
  ])('in the spec, %s, is too large', async (_, inline) => {
    const pair = aPair({ spec: { config: { inline: inline as Record<string, unknown> } } });
    expect(await userConfig(pair, holding(undefined))).toEqual({
      problem: { reason: 'ConfigTooLarge', message: expect.stringContaining('spec.config.inline') },
    });
  });
});
