import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { CONDITION_TYPES } from '../../src/api/conditions.ts';
import { conditionReasons, eventReasons } from '../../src/api/reasons.ts';
import { anchorsOf, codeOf, headingsOf, linksOf, readPages, type Page } from '../support/docs/pages.ts';

const root = join(import.meta.dirname, '..', '..');

const parsed = readPages();
const pages = parsed.map((page) => ({ ...page, text: readFileSync(join(root, page.path), 'utf8') }));
const runbooks = pages.filter(({ path }) => path.startsWith('docs/runbooks/'));

/** Links to files of this repository, as written. */
const relativeLinks = (page: Page): readonly string[] => linksOf(page).filter((link) => !/^[a-z]+:/.test(link));

function leadsNowhere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? join(root, from) : join(root, dirname(from), file);
  if (!existsSync(target)) return true;
  const page = parsed.find(({ path }) => join(root, path) === target);
  return anchor !== undefined && (page === undefined || !anchorsOf(page).includes(anchor));
}

/** `StandbyReady` is in standby-ready.md. */
const fileOf = (type: string): string => `${type.replaceAll(/(?<!^)([A-Z])/g, '-$1').toLowerCase()}.md`;

/** CamelCase words in backticks: what a reader would look for in the status. */
const namedIn = (page: Page): string[] =>
  codeOf(page).flatMap(({ isBlock, text }) => (!isBlock && /^[A-Z][a-z]+[A-Za-z]*$/.test(text) ? text : []));

/** Every value that an `enum` of the CRD lists. */
function enumValues(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'enum' in node && Array.isArray(node.enum) ? node.enum.filter((value) => typeof value === 'string') : [];
  return [...own, ...Object.values(node).flatMap(enumValues)];
}

describe('the documentation', () => {
  it('has no relative link that leads nowhere', () => {
    const broken = pages.flatMap((page) =>
      relativeLinks(page)
        .filter((link) => leadsNowhere(page.path, link))
        .map((link) => `${page.path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('can be reached, page by page, from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      const page = pages.find((one) => one.path === path);
      for (const link of page ? relativeLinks(page) : [])
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
    const told = new Set(runbook ? [...namedIn(runbook), ...headingsOf(runbook)] : []);
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
    const unknown = runbooks.flatMap((page) =>
      namedIn(page)
        .filter((word) => !known.has(word))
        .map((word) => `${page.path}: ${word}`),
    );
    expect(unknown).toEqual([]);
  });
});
