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
});
