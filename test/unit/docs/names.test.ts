import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { settings } from '../../../src/runtime/config-settings.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { codeOf, readPages, type Code } from '../../support/docs/pages.ts';
import { namesOfOthers } from './names-of-others.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** What people write for users: not the records, the changelog, what is about the code, or what is generated. */
const code = readPages()
  .filter(({ path }) => !/^(docs\/(adr|reference)\/|CHANGELOG|CONTRIBUTING)/.test(path))
  .flatMap(codeOf);
const words = code.filter(({ isBlock }) => !isBlock);

const others = new Set<string>(namesOfOthers);
/** Where a name stands that neither the product nor anybody else is known to have. */
const unknown = (named: readonly (readonly [Code, string])[], known: (name: string) => boolean): readonly string[] =>
  named.filter(([, name]) => !known(name) && !others.has(name)).map(([{ where }, name]) => `${where}: ${name}`);

/** Each match of the first group, with where it stands. */
const named = (from: readonly Code[], pattern: RegExp): (readonly [Code, string])[] =>
  from.flatMap((one) => [...one.text.matchAll(pattern)].map(([, name = '']) => [one, name] as const));

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

function pathsOf(schema: Schema, path: readonly string[] = []): readonly string[] {
  const below = [schema.items, schema.additionalProperties].filter((one) => typeof one === 'object');
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    [...path, name].join('.'),
    ...pathsOf(property, [...path, name]),
  ]);
  return [...own, ...below.flatMap((one) => pathsOf(one, path))];
}

function keysOf(value: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => [[...path, key].join('.'), ...keysOf(below, [...path, key])]);
}

/** Every value that an `enum` lists. */
function enumValues(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'enum' in node && Array.isArray(node.enum) ? node.enum.filter((value) => typeof value === 'string') : [];
  return [...own, ...Object.values(node).flatMap(enumValues)];
}

interface Crd {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
}

const crds = globSync('crds/*.yaml', { cwd: root }).map((path) => load(read(path)) as Crd);
const fields = new Set(
  crds.flatMap(({ spec }) => spec.versions.flatMap(({ schema }) => pathsOf(schema.openAPIV3Schema))),
);
const values = new Set(keysOf(load(read('deploy/chart/values.yaml'))));
const sources = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n');

describe('what the pages name', () => {
  it('as a field or a value of the chart is one', () => {
    const paths = named(words, /^([a-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*(?:\[\])?)+)(?:\.\*)?(?:[=:].*)?$/g);
    expect(paths.length).toBeGreaterThan(100);
    const isField = (path: string) => ['', 'spec.', 'status.'].some((prefix) => fields.has(`${prefix}${path}`));
    expect(unknown(paths, (path) => isField(path.replaceAll('[]', '')) || values.has(path))).toEqual([]);
  });

  it('as a flag of the operator is one', () => {
    const flags = new Set(Object.values(settings).map(({ flag }) => flag));
    expect(unknown(named(words, /^(--[a-z][a-z-]*)(?:[= ].*)?$/g), (flag) => flags.has(flag))).toEqual([]);
  });

  it('as a metric is one', () => {
    const { registry } = createMetrics({ controller: '', concurrency: 1, leaseName: '', version: '' });
    const metrics = new Set(registry.getMetricsAsArray().map(({ name }) => name));
    const shown = named(
      code,
      /\b((?:coordinatorpair|etcdguard|workqueue|controller_runtime|rest_client|leader_election|nodejs|process)_[a-z0-9_]+)\b/g,
    );
    expect(shown.length).toBeGreaterThan(40);
    const isMetric = (name: string) => metrics.has(name) || metrics.has(name.replace(/_(bucket|sum|count)$/, ''));
    expect(unknown(shown, isMetric)).toEqual([]);
  });

  it('as a reason, a case, a step or a value is one that the code has', () => {
    const inSources = [...sources.matchAll(/'([A-Z][A-Za-z]+)'|^\s+([A-Z][A-Za-z]+)(?=[:,])/gm)];
    const known = new Set([...inSources.map(([, quoted, key]) => quoted ?? key ?? ''), ...crds.flatMap(enumValues)]);
    expect(unknown(named(words, /^([A-Z][a-z]+[A-Za-z]*)$/g), (word) => known.has(word))).toEqual([]);
  });

  it('as a label, an annotation or a finalizer is one', () => {
    const keys = [...sources.matchAll(/(?:\$\{GROUP\}|ha\.milvus\.io)\/([a-z-]*[a-z])/g)].map(([, key]) => key);
    const shown = named(code, /(?<![\w.])ha\.milvus\.io\/(?!v\d)([a-z-]*[a-z])/g);
    expect(shown.length).toBeGreaterThan(20);
    expect(unknown(shown, (key) => keys.includes(key))).toEqual([]);
  });

  it('as a file of this repository is there', () => {
    const files = globSync('{src,test,docs,deploy,scripts,examples,crds}/**', { cwd: root });
    const all = readPages().flatMap(codeOf);
    const paths = named(all, /(?<![\w./-])((?:src|test|docs|deploy|scripts|examples|crds)\/[\w./-]*[\w/])/g);
    expect(paths.length).toBeGreaterThan(40);
    expect(unknown(paths, (path) => files.some((file) => `${file}/`.startsWith(path)))).toEqual([]);
  });
});
