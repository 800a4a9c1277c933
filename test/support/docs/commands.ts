import { codeOf, commentText, htmlOf, type Code, type Page } from './pages.ts';

/** What becomes of a command that a page tells its readers to type. */
export type Fate =
  /** Run on a cluster, in a situation that test/e2e/parallel/docs-commands.test.ts knows how to bring about. */
  | { readonly kind: 'Run'; readonly situation: Situation }
  /** Run by another test, which reads it from the page. */
  | { readonly kind: 'RunBy'; readonly file: string }
  | { readonly kind: 'NotRun'; readonly why: string };

/** What a command finds: a pair that is Ready, its guarded etcd and a recovery; `proposal`: a pair that asks for approval, too. */
export const situations = ['pair', 'proposal'] as const;
/** One of them. */
export type Situation = (typeof situations)[number];

/** A command, or the lines of one block, as a reader would type them. */
export interface Command {
  /** `docs/install.md:12`. */
  readonly where: string;
  readonly page: string;
  readonly text: string;
  /** What the page shows of its output. */
  readonly shown?: string;
  readonly fate: Fate;
}

/** A mark that says none of the three. */
export class UnknownMarkError extends Error {}

/** Languages of blocks that hold commands: `sh` is typed as it stands, in `console` each one follows a `$` and shows its output. */
const withCommands: readonly string[] = ['sh', 'console'];
/** Where one of these is followed by two words in a sentence it is a command, otherwise the name of one. */
const programs = ['kubectl', 'helm', 'etcdctl', 'etcdutl', 'mv'] as const;
const inSentence = new RegExp(`^(${programs.join('|')})(?: \\S+){2}`);
/** `<!-- etcdctl, mv in sentences: not run: ... -->` speaks for all of a page. */
const forAPage = /^([\w, ]+) in sentences: (not run: .*)$/;

/**
 * The commands of a page, in order. What is run where is said by an HTML comment right before a command: `run: proposal`,
 * `run by <file>`, or `not run: <why>`. Without one a command is run with a pair that is Ready.
 *
 * @throws UnknownMarkError
 */
export function commandsOf(page: Page): readonly Command[] {
  const excused = excusedIn(page);
  return codeOf(page).flatMap((code) => (code.isBlock ? ofBlock(code) : ofSentence(code, excused)));
}

function ofBlock(code: Code): readonly Command[] {
  const { language = '', where, page, text } = code;
  if (!withCommands.includes(language)) return [];
  const fate = fateOf(code);
  if (language === 'sh') return [{ where, page, text, fate }];
  const typed = text.split(/^\$ /m).slice(1);
  return typed.map((one) => {
    const [command = '', ...output] = one.trimEnd().split('\n');
    return { where, page, text: command, ...(output.length > 0 ? { shown: output.join('\n') } : {}), fate };
  });
}

function ofSentence(code: Code, excused: ReadonlyMap<string, Fate>): readonly Command[] {
  const { where, page, text } = code;
  const program = inSentence.exec(text)?.[1];
  if (program === undefined) return [];
  return [{ where, page, text, fate: excused.get(program) ?? fateOf(code) }];
}

function fateOf({ comment, where }: Code): Fate {
  if (comment === undefined) return { kind: 'Run', situation: 'pair' };
  return parseMark(comment, where);
}

function parseMark(mark: string, where: string): Fate {
  const [, why] = /^not run: (\S.*)$/.exec(mark) ?? [];
  if (why !== undefined) return { kind: 'NotRun', why };
  const [, file] = /^run by (\S+)$/.exec(mark) ?? [];
  if (file !== undefined) return { kind: 'RunBy', file };
  const situation = situations.find((one) => mark === `run: ${one}`);
  if (situation !== undefined) return { kind: 'Run', situation };
  throw new UnknownMarkError(
    `${where}: the comment before a command must be "run: ${situations.join('|')}", "run by <file>" or "not run: <why>", and is "${mark}"`,
  );
}

function excusedIn(page: Page): ReadonlyMap<string, Fate> {
  const excused = new Map<string, Fate>();
  for (const html of htmlOf(page)) {
    const [, names = '', mark = ''] = forAPage.exec(commentText(html) ?? '') ?? [];
    for (const name of names.split(', ').filter(Boolean)) excused.set(name, parseMark(mark, page.path));
  }
  return excused;
}

/** Words in capitals that stand for what is the reader's own; not variables, quoted words, or the names of columns. */
const ownWord = /(?<![\w$"'{])[A-Z]{2,}(?:-[A-Z]+)*(?!\w|:\.)/g;

/** The words of a command that stand for what is the reader's own: NAME, POD. */
export function placeholdersOf(text: string): readonly string[] {
  return [...new Set(text.match(ownWord) ?? [])];
}

/**
 * The command with what is the reader's own put in.
 *
 * @throws Error when a word in capitals has no value
 */
export function filled(text: string, own: Readonly<Record<string, string>>): string {
  return text.replaceAll(ownWord, (word) => {
    const value = own[word];
    if (value === undefined) throw new Error(`nothing to put in for ${word} of: ${text}`);
    return value;
  });
}
