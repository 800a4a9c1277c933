import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { CONDITION_TYPES } from '../../src/api/conditions.ts';
import { GUARD_CONDITION_TYPES } from '../../src/api/guard-conditions.ts';

const test = join(import.meta.dirname, '..');
const page = readFileSync(join(test, '..', 'docs', 'testing.md'), 'utf8');

/** `| promise | `file` | make |` */
const rows = [...page.matchAll(/^\| (.+?) +\| `([\w./-]+\.test\.ts)` +\| (test|thorough) +\|$/gm)].map(
  ([, promise = '', file = '', layer = '']) => ({ promise, file, layer }),
);
const inLayer = (layer: string): string[] => rows.filter((row) => row.layer === layer).map(({ file }) => file);

const scenariosIn = (folder: string): string[] =>
  readdirSync(join(test, folder))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`);

/** Promises of `make test` that begin with a word in backticks. */
const proven = new Set(
  rows.flatMap(({ promise, layer }) => (layer === 'test' ? (/^`(\w+)`/.exec(promise)?.[1] ?? []) : [])),
);

interface RecoveryCrd {
  readonly spec: {
    readonly versions: readonly [
      { readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec: ActionSchema } } } },
    ];
  };
}
interface ActionSchema {
  readonly properties: { readonly action: { readonly enum: readonly string[] } };
}

function actions(): readonly string[] {
  const crd = load(readFileSync(join(test, '..', 'crds', 'etcdrecoveries.yaml'), 'utf8')) as RecoveryCrd;
  return crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.action.enum;
}

describe('the table of what is proven where', () => {
  it('names files that exist', () => {
    expect(rows.map(({ file }) => file).filter((file) => !existsSync(join(test, file)))).toEqual([]);
  });

  it.each([
    ['test', ['e2e/parallel', 'e2e/serial']],
    ['thorough', ['e2e/thorough/parallel', 'e2e/thorough/serial']],
  ])('has every scenario of make %s', (layer, folders) => {
    expect(folders.flatMap(scenariosIn).filter((file) => !inLayer(layer).includes(file))).toEqual([]);
  });

  it('has a proof in make test for every condition and every action of a recovery', () => {
    const promised = [...CONDITION_TYPES, ...GUARD_CONDITION_TYPES, ...actions()];
    expect(promised.length).toBeGreaterThan(30);
    expect(promised.filter((name) => !proven.has(name))).toEqual([]);
  });
});
