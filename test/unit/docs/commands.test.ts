import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { commandsOf, filled, placeholdersOf, UnknownMarkError, type Command } from '../../support/docs/commands.ts';
import { ownWords } from '../../support/docs/own-words.ts';
import { codeOf, htmlOf, parsePage, readPages } from '../../support/docs/pages.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** Records and the changelog tell what was; nobody types what they quote. */
const pages = readPages().filter(({ path }) => !path.startsWith('docs/adr/') && path !== 'CHANGELOG.md');
const commands = pages.flatMap(commandsOf);
const withFate = (kind: Command['fate']['kind']) => commands.filter(({ fate }) => fate.kind === kind);
const namedFiles = (text: string) => text.match(/\b(?:test|src|scripts)\/[\w./-]+\.ts\b/g) ?? [];

describe('commands on a page', () => {
  const commandsIn = (text: string) => commandsOf(parsePage('page.md', text));

  it('are run with a pair that is Ready unless a comment before them says otherwise', () => {
    const page = commandsIn(
      [
        ...['```sh', 'kubectl get pods', 'kubectl get nodes', '```', '', '<!-- run: proposal -->', ''],
        ...['```console', '$ kubectl get a', 'NAME', 'b', '$ kubectl get c', '```', ''],
        ...[
          '- Type <!-- not run: it ends a node -->`kubectl drain NODE` or `kubectl get services`, see `kubectl get`.',
        ],
      ].join('\n'),
    );
    expect(page.map(({ text, shown, fate }) => [text, shown, fate])).toEqual([
      ['kubectl get pods\nkubectl get nodes', undefined, { kind: 'Run', situation: 'pair' }],
      ['kubectl get a', 'NAME\nb', { kind: 'Run', situation: 'proposal' }],
      ['kubectl get c', undefined, { kind: 'Run', situation: 'proposal' }],
      ['kubectl drain NODE', undefined, { kind: 'NotRun', why: 'it ends a node' }],
      ['kubectl get services', undefined, { kind: 'Run', situation: 'pair' }],
    ]);
  });

  it('are excused for a whole page by their program', () => {
    const [first, second] = commandsIn(
      '<!-- etcdctl, mv in sentences: not run: etcd is broken -->\n\n`mv a b`, `etcdctl member list`',
    );
    expect([first?.fate, second?.fate]).toEqual(Array(2).fill({ kind: 'NotRun', why: 'etcd is broken' }));
  });

  it('are refused with a mark that says neither what runs them nor why nothing does', () => {
    expect(() => commandsIn('<!-- not run -->\n\n```sh\nkubectl get pods\n```\n')).toThrow(UnknownMarkError);
  });

  it("have the reader's own put in for words in capitals, and nothing else", () => {
    const command = `kubectl get NAME-active -o custom-columns=NAME:.metadata.name --to HOST:2379 "$POD" 'ALL'`;
    expect(placeholdersOf(command)).toEqual(['NAME', 'HOST']);
    expect(filled(command, { NAME: 'rootcoord', HOST: 'etcd' })).toBe(
      `kubectl get rootcoord-active -o custom-columns=NAME:.metadata.name --to etcd:2379 "$POD" 'ALL'`,
    );
    expect(() => filled(command, { NAME: 'rootcoord' })).toThrow('nothing to put in for HOST');
  });
});

describe('the pages', () => {
  it('say of every block what it is written in', () => {
    const known = ['sh', 'console', 'yaml', 'promql', 'text'];
    const blocks = pages.flatMap(codeOf).filter(({ isBlock }) => isBlock);
    expect(blocks.filter(({ language = '' }) => !known.includes(language)).map(({ where }) => where)).toEqual([]);
  });

  it('have no HTML but comments, which readers do not see', () => {
    const visible = pages.flatMap((page) => htmlOf(page).map((html) => [page.path, html] as const));
    expect(visible.filter(([, html]) => !/^(<!--(?:(?!-->)[\s\S])*-->\s*)+$/.test(html))).toEqual([]);
  });

  it('have each command run by a test, or say why not', () => {
    expect(withFate('Run').length).toBeGreaterThan(30);
    const short = withFate('NotRun').filter(({ fate }) => fate.kind === 'NotRun' && fate.why.split(' ').length < 4);
    expect(short.map(({ where }) => where)).toEqual([]);
  });

  it('have a value for every word in capitals of what is run', () => {
    const unknown = withFate('Run').flatMap(({ where, text }) =>
      placeholdersOf(text)
        .filter((word) => !(ownWords as readonly string[]).includes(word))
        .map((word) => `${where}: ${word}`),
    );
    expect(unknown).toEqual([]);
  });

  it('name tests that run their commands, and those read the page', () => {
    const wrong = withFate('RunBy').filter(({ fate, page }) => {
      if (fate.kind !== 'RunBy' || !existsSync(join(root, fate.file))) return true;
      return !readFileSync(join(root, fate.file), 'utf8').includes(page);
    });
    expect(wrong.map(({ where }) => where)).toEqual([]);
  });

  it('name files that exist where they say why a command is not run', () => {
    const named = withFate('NotRun').flatMap(({ fate }) => (fate.kind === 'NotRun' ? namedFiles(fate.why) : []));
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('name targets of make that the Makefile has', () => {
    const makefile = readFileSync(join(root, 'Makefile'), 'utf8');
    const targets = new Set([...makefile.matchAll(/^([a-z0-9-]+):/gm)].map(([, target]) => target));
    const named = pages.flatMap((page) =>
      codeOf(page).flatMap(({ where, text }) =>
        [...text.matchAll(/(?:^|\s)make ([a-z0-9-]+)/gm)].map(([, target = '']) => ({ where, target })),
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ target }) => !targets.has(target))).toEqual([]);
  });
});
