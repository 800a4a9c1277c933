import { limits } from '../base/limits.ts';
import { redacted } from '../base/redacted.ts';

/** What a status may hold of one line. */
const MAX_LINE_LENGTH = 400;

/** What a container wrote. */
export interface LogLine {
  /** Absent where the kubelet gave no time. */
  readonly at?: Date;
  readonly text: string;
  /** How grave its writer called it; absent where it did not say, as a panic of Go or a shell does not. */
  readonly level?: Level;
}

/** Of a line: that something is wrong, or not. */
export type Level = 'error' | 'news';

/**
 * Lines of a log that was read with timestamps, made fit for a status: what moves from one look to the next and what is
 * secret is out.
 */
export function logLines(log: string): readonly LogLine[] {
  return log.split('\n').flatMap((raw) => {
    const [, time, rest] = /^(\d{4}-\d\d-\d\dT\S+) (.*)$/s.exec(raw) ?? [];
    const text = cleanLine(rest ?? raw);
    const level = levelOf(rest ?? raw);
    return text === ''
      ? []
      : [{ ...(time === undefined ? {} : { at: new Date(time) }), text, ...(level ? { level } : {}) }];
  });
}

/**
 * One line: of etcd's JSON what it says, of a script's what follows its prefix. Of a longer one than the limit, its
 * beginning, without the word that was cut: half of a secret would not be recognised as one.
 */
export function cleanLine(whole: string): string {
  const raw = whole.length <= limits.logLineCharacters ? whole : cut(whole);
  // Scripts colour what they print.
  const plain = raw.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '').trim();
  const said = (fromJson(plain) ?? plain)
    .replace(/^(?:\d{4}[-/]\d\d[-/]\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?\s+)+/, '')
    .replace(/^\w+ \d\d:\d\d:\d\d(?:\.\d+)?\s*(?:(?:INFO|WARN|ERROR|DEBUG)\s*)?==>\s*/, '')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)/g, '…')
    .replaceAll(/0x[0-9a-f]{5,}/g, '0x…');
  return redacted(said).slice(0, MAX_LINE_LENGTH);
}

/**
 * As etcd 3.5 and 3.6 write it in JSON (zap), etcd 3.4 as a letter before a bar (capnslog), and scripts of Bitnami's images as a word before
 * an arrow. Only the beginning is read: a line may be as long as the log.
 */
function levelOf(line: string): Level | undefined {
  const [, json, letter, word] =
    /^\{"level":"(\w+)"|^\S{10} \S{1,20} ([A-Z]) \||(INFO|WARN|ERROR|DEBUG).{0,20}==>/.exec(line.slice(0, 200)) ?? [];
  const said = json ?? letter ?? word;
  if (said === undefined) return undefined;
  return /^(?:error|d?panic|fatal|E|C|ERROR)$/.test(said) ? 'error' : 'news';
}

function cut(line: string): string {
  const beginning = line.slice(0, limits.logLineCharacters);
  return beginning.slice(0, Math.max(0, beginning.lastIndexOf(' ')));
}

function fromJson(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { msg, error } = JSON.parse(line) as { readonly msg?: unknown; readonly error?: unknown };
    if (typeof msg !== 'string') return undefined;
    return typeof error === 'string' ? `${msg}: ${error}` : msg;
  } catch {
    return undefined;
  }
}
