import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { CONDITION_TYPES } from '../../src/api/conditions.ts';
import { conditionReasons, eventReasons } from '../../src/api/reasons.ts';

const root = join(import.meta.dirname, '..', '..');
const notOurs = new Set(['node_modules', 'build', 'dist', '.git']);

const pages = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md') && !path.split('/').some((part) => notOurs.has(part)))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const runbooks = pages.filter(({ path }) => path.startsWith('docs/runbooks/'));

/** What is written outside of fenced code. */
const prose = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(path: string): string[] {
  const headings = [...prose(readFileSync(path, 'utf8')).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links to files of this repository, as written. */
function relativeLinks(text: string): string[] {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

function leadsNowhere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? join(root, from) : join(root, dirname(from), file);
  if (!existsSync(target)) return true;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

/** `StandbyReady` is in standby-ready.md. */
const fileOf = (type: string): string => `${type.replaceAll(/(?<!^)([A-Z])/g, '-$1').toLowerCase()}.md`;

/** CamelCase words in backticks: what a reader would look for in the status. */
const namedIn = (text: string): string[] =>
  [...prose(text).matchAll(/`([A-Z][a-z]+[A-Za-z]*)`/g)].map(([, word = '']) => word);

/** Every value that an `enum` of the CRD lists. */
function enumValues(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'enum' in node && Array.isArray(node.enum) ? node.enum.filter((value) => typeof value === 'string') : [];
  return [...own, ...Object.values(node).flatMap(enumValues)];
}

describe('the documentation', () => {
  it('has no relative link that leads nowhere', () => {
    const broken = pages.flatMap(({ path, text }) =>
      relativeLinks(text)
        .filter((link) => leadsNowhere(path, link))
        .map((link) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('can be reached, page by page, from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      const text = pages.find((page) => page.path === path)?.text ?? '';
      for (const link of relativeLinks(text))
        reached.add(relative(root, join(root, dirname(path), link.split('#')[0] ?? '')));
    }
    const folders = [...reached].filter((path) => !path.endsWith('.md'));
    const isShown = (path: string) => reached.has(path) || folders.some((folder) => path.startsWith(`${folder}/`));
    const alone = pages.map(({ path }) => path).filter((path) => !isShown(path));
    expect(alone).toEqual([]);
  });
});

describe('the runbooks', () => {
  it.each(CONDITION_TYPES)('tell of %s and of every reason that it can have', (type) => {
    const runbook = runbooks.find(({ path }) => basename(path) === fileOf(type));
    expect(runbook?.text).toMatch(new RegExp(`^# ${type}\\n`));
    const told = new Set([
      ...namedIn(runbook?.text ?? ''),
      ...[...(runbook?.text ?? '').matchAll(/^## (.*)$/gm)].map(([, heading]) => heading),
    ]);
    const untold = Object.keys(conditionReasons[type]).filter(
      (reason) => reason !== 'NotObserved' && !told.has(reason),
    );
    expect(untold).toEqual([]);
  });

  it('name no reason, condition or value that the API does not have', () => {
    const crds = ['coordinatorpairs', 'etcdguards', 'etcdrecoveries'].map((name) =>
      load(readFileSync(join(root, 'crds', `${name}.yaml`), 'utf8')),
    );
    const known = new Set<string>([
      ...CONDITION_TYPES,
      ...Object.values(conditionReasons).flatMap((reasons) => Object.keys(reasons)),
      ...Object.keys(eventReasons),
      ...crds.flatMap((crd) => [...enumValues(crd)]),
      'CoordinatorPair',
    ]);
    const unknown = runbooks.flatMap(({ path, text }) =>
      namedIn(text)
        .filter((word) => !known.has(word))
        .map((word) => `${path}: ${word}`),
    );
    expect(unknown).toEqual([]);
  });
});
