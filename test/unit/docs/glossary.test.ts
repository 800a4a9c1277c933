import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parsePage, tableRowsOf } from '../../support/docs/pages.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const glossary = 'docs/glossary.md';
const page = parsePage(glossary, readFileSync(join(root, glossary), 'utf8'));

const rows = tableRowsOf(page).slice(1);
const plainWords = /^Plain words.*$/m.exec(readFileSync(join(root, glossary), 'utf8'))?.[0] ?? '';
/** In the last column, and in the sentence about plain words. */
const notUsed = [
  ...rows.flatMap(([, , not]) => not?.code ?? []),
  ...[...plainWords.matchAll(/not `([^`]+)`/g)].map(([, word = '']) => word),
];

/** What people read of the product, its code included. Records and the changelog tell what was. */
const files = globSync(
  [
    'src/**/*.{ts,sh}',
    'crds/*.yaml',
    'docs/**/*.md',
    'deploy/**/*.{yaml,tpl,txt}',
    'examples/**/*',
    '{README,CONTRIBUTING,SECURITY}.md',
  ],
  { cwd: root, withFileTypes: true },
)
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
  .filter((path) => path !== glossary && !path.startsWith('docs/adr/'));

describe('the glossary', () => {
  it('says of each term what it means', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(([term, meaning]) => term?.text === '' || (meaning?.text ?? '').length < 15)).toEqual([]);
  });

  it('names words that stand nowhere, neither in the code nor in the API nor on a page', () => {
    expect(notUsed.length).toBeGreaterThan(15);
    const word = new RegExp(`\\b(?:${notUsed.join('|')})s?\\b`, 'gi');
    const found = files.flatMap((path) => {
      const lines = readFileSync(join(root, path), 'utf8').split('\n');
      return lines.flatMap((line, index) => (line.match(word) ?? []).map((match) => `${path}:${index + 1}: ${match}`));
    });
    expect(files.length).toBeGreaterThan(400);
    expect(found).toEqual([]);
  });
});
