import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import type { Node, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { visitParents } from 'unist-util-visit-parents';

/** The checkout. */
const root = join(import.meta.dirname, '..', '..', '..');

/** A page of the documentation, parsed. */
export interface Page {
  /** Below the checkout. */
  readonly path: string;
  readonly tree: Root;
}

/** Something on a page that a reader sees as code. */
export interface Code {
  /** `docs/install.md:12`. */
  readonly where: string;
  readonly page: string;
  /** Of a fenced block; undefined where none is given, and for code within a sentence. */
  readonly language: string | undefined;
  readonly isBlock: boolean;
  readonly text: string;
  /** What the HTML comment right before it says; readers do not see those. */
  readonly comment: string | undefined;
}

/** A page of this text. */
export function parsePage(path: string, text: string): Page {
  return { path, tree: fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) };
}

/** Folders with pages of others, or made from ours. */
const notOurs: readonly string[] = ['node_modules', 'build', 'dist', '.git'];

/** Every page of the checkout, by path. */
export function readPages(): readonly Page[] {
  const paths = globSync('**/*.md', { cwd: root, exclude: (path) => notOurs.includes(path) });
  return paths.sort().map((path) => parsePage(path, readFileSync(join(root, path), 'utf8')));
}

/** All code on a page, in order. */
export function codeOf({ path, tree }: Page): readonly Code[] {
  const found: Code[] = [];
  visitParents(tree, ['code', 'inlineCode'], (node, ancestors) => {
    if (node.type !== 'code' && node.type !== 'inlineCode') return;
    const siblings: readonly Node[] = ancestors.at(-1)?.children ?? [];
    found.push({
      where: `${path}:${node.position?.start.line ?? 0}`,
      page: path,
      language: node.type === 'code' ? (node.lang ?? undefined) : undefined,
      isBlock: node.type === 'code',
      // A line may end within code in a sentence; readers see a space.
      text: node.type === 'code' ? node.value.trimEnd() : node.value.replaceAll(/\s+/g, ' ').trim(),
      comment: commentBefore(siblings, siblings.indexOf(node)),
    });
  });
  return found;
}

/** The HTML comments of a page, and whatever else of HTML there is, as written. */
export function htmlOf({ tree }: Page): readonly string[] {
  const found: string[] = [];
  visitParents(tree, 'html', ({ value }) => {
    found.push(value);
  });
  return found;
}

/** Targets of the links of a page, as written. */
export function linksOf({ tree }: Page): readonly string[] {
  const found: string[] = [];
  visitParents(tree, 'link', ({ url }) => {
    found.push(url);
  });
  return found;
}

/** The headings of a page, in order. */
export function headingsOf({ tree }: Page): readonly string[] {
  const found: string[] = [];
  visitParents(tree, 'heading', (heading) => {
    found.push(toString(heading));
  });
  return found;
}

/** The anchors that GitHub gives to the headings of a page. */
export function anchorsOf(page: Page): readonly string[] {
  const slugger = new GithubSlugger();
  return headingsOf(page).map((heading) => slugger.slug(heading));
}

/** A cell of a table: what a reader sees, and what of it is code. */
export interface Cell {
  readonly text: string;
  readonly code: readonly string[];
}

/** The rows of the tables of a page, heads included. */
export function tableRowsOf({ tree }: Page): readonly (readonly Cell[])[] {
  const found: (readonly Cell[])[] = [];
  visitParents(tree, 'tableRow', ({ children }) => {
    found.push(
      children.map((cell) => ({
        text: toString(cell),
        code: cell.children.flatMap((part) => (part.type === 'inlineCode' ? part.value : [])),
      })),
    );
  });
  return found;
}

/** What the comment says that stands right before a node: nothing but white space may come between. */
function commentBefore(siblings: readonly Node[], index: number): string | undefined {
  const before = siblings.slice(0, index).findLast((node) => !isBlank(node));
  if (before?.type !== 'html') return undefined;
  return commentText((before as Node & { readonly value: string }).value);
}

const isBlank = (node: Node): boolean =>
  node.type === 'text' && (node as Node & { readonly value: string }).value.trim() === '';

/** What a comment says; undefined for other HTML. */
export function commentText(html: string): string | undefined {
  return /^<!--\s*([\s\S]*?)\s*-->$/.exec(html.trim())?.[1]?.replaceAll(/\s+/g, ' ');
}
