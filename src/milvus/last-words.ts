/** What a coordinator says as it ends, or why it does not come up. */
export interface LastWords {
  /** The one line that matters, as Milvus wrote it, without its time and its stack. */
  readonly line: string;
  /** What it means and what to do, where that is known. */
  readonly meaning?: string;
}

/** A line that Milvus writes when it cannot start, and what it means. */
interface BootIssue {
  readonly pattern: RegExp;
  readonly meaning: string;
  /** The process writes it and does not end. */
  readonly waits?: true;
}

/**
 * What keeps a coordinator from starting. Each was written by a real server, 2.2.16 or 2.3.5, that was made to fail so; the
 * integration test of this name does that again for five of them. Two are not from such a server. The last line is in the
 * session code of 2.6.8, and a server of 2.6.18 wrote it in milvus#50694. `authentication failed` is what etcd 3.5 answers
 * to a wrong password; only Milvus 2.3.7 and newer, which cannot be run here, send one.
 */
const bootIssues: readonly BootIssue[] = [
  {
    pattern: /key not found: etcd\.kvSubPath/i,
    meaning:
      'Milvus 2.2 needs etcd.kvSubPath beside the other settings of etcd: set the variable ETCD_KV_SUB_PATH to kv',
  },
  {
    pattern: /key not found: \S+|invalid keys: \[/,
    meaning: 'the configuration lacks a setting that this Milvus needs: add it to milvus.yaml or as a variable',
  },
  {
    pattern: /Get "https?:\/\/[^"]*\?location=/,
    meaning: 'the object store does not answer: check minio.address and minio.port, and that it runs',
  },
  {
    pattern: /bind: address already in use/,
    meaning: 'another process has the port: with hostNetwork, or roles of one process that are given no ports',
  },
  {
    pattern: /CompareAndSwap error for compare is false for key/,
    meaning:
      'another process holds the role and this one does not stand by: active-standby does not reach it; look below <rootPath>/config in etcd, which wins over the environment',
  },
  {
    pattern: /is only valid in standalone mode/,
    meaning: 'the message queue is rocksmq, which works in a standalone Milvus alone: set mq.type to kafka or pulsar',
  },
  {
    pattern: /load etcd (?:cert key pair|CACert file) error/,
    meaning: 'the certificates for etcd cannot be read: check etcd.tls and its Secret',
  },
  {
    pattern: /etcdserver: (?:user name is empty|authentication failed)/,
    meaning: 'etcd wants a login, or another one: set etcd.auth (Milvus 2.3.7 and newer), or correct its Secret',
    waits: true,
  },
  {
    pattern: /Failed to connect to broker/,
    meaning: 'Pulsar does not answer: check pulsar.address and pulsar.port, and that it runs',
    waits: true,
  },
  {
    pattern: /brokers are down|(?:rdkafka|kafka error).*Connection refused/,
    meaning: 'Kafka does not answer: check kafka.brokerList, and that it runs',
    waits: true,
  },
  {
    pattern: /etcd-client.*(?:Error while dialing|DeadlineExceeded)|session_util.*retry func failed.*deadline exceeded/,
    meaning: 'etcd does not answer Milvus: check etcd.endpoints, and that the network lets the pod through',
    waits: true,
  },
  {
    pattern: /session version check failure/,
    meaning: 'a newer Milvus has been ACTIVE below this path: go back to the newer image',
  },
];

/** A fault of Milvus itself, which Go reports: what led to it may stand above it. */
const FAULT = /^panic: runtime error: /;

/** Whether these words are only a fault of Milvus: the whole log may say what led to it. */
export function isFault({ line }: LastWords): boolean {
  return FAULT.test(line);
}

/** A line of a goroutine's stack: a dump of all of them has hundreds (Go's SIGABRT, exit code 134). */
const STACK_LINE =
  /^(?:goroutine \d+|created by |\t|runtime\.|rax |r\w+ +0x|\[signal |SIG\w+:|PC=|panic\(|[\w./\-@*()[\]{},·]+\(.*\)$)/;

/** A line without a level, of a loader, a shell or a library, that says what went wrong. */
const COMPLAINT = /error|fatal|fail|cannot|denied|refused|not found|no such|invalid|unknown/i;

/** What is logged as no error says nothing of an end: it is only what came last. */
const HARMLESS = /\[(?:DEBUG|INFO|WARN)\]|level=(?:debug|info|warn)/;

function isComplaint(line: string): boolean {
  return COMPLAINT.test(line) && !HARMLESS.test(line) && !STACK_LINE.test(line);
}

/**
 * The line that tells why a coordinator ended by itself, out of the end of its log: where there is one the panic, else
 * the last error, else the last line without a level that is a complaint. Of a panic that is a fault of Milvus itself it is
 * the known line that led to it: 2.2.16 goes on without the certificates for etcd until it meets a nil pointer.
 *
 * @returns undefined where the text has nothing but stacks, as the last 2048 bytes of a dump do, or nothing but news.
 */
export function lastWords(text: string): LastWords | undefined {
  const lines = linesOf(text);
  const panic = lines.findIndex((line) => /^(?:panic|fatal error): /.test(line));
  if (panic >= 0) return wordsOf(causeOfFault(lines, panic) ?? withWhatFollows(lines, panic));
  const errors = lines.filter((line) => /\[(?:ERROR|FATAL|PANIC)\]/.test(line));
  const error = errors.findLast((line) => issueOf(line)) ?? errors.at(-1);
  if (error !== undefined) return wordsOf(error);
  const last = lines.findLast(isComplaint);
  // The beginning of a text that was cut off is a piece of a line.
  return last === undefined || last === lines[0] || lines.some((line) => /^goroutine \d+|^\t/.test(line))
    ? undefined
    : wordsOf(last);
}

/** Why a coordinator that runs does not come up: only what is known for certain. */
export function waitingWords(text: string): LastWords | undefined {
  const line = linesOf(text).findLast((one) => issueOf(one)?.waits);
  return line === undefined ? undefined : wordsOf(line);
}

/** A line may be as long as a log: what it says stands at its beginning, its stack at its end. */
const MAX_READ_LENGTH = 4_096;

function linesOf(text: string): readonly string[] {
  return text.split('\n').map((line) => line.slice(0, MAX_READ_LENGTH));
}

function issueOf(line: string): BootIssue | undefined {
  return bootIssues.find(({ pattern }) => pattern.test(line));
}

function wordsOf(line: string): LastWords {
  const meaning = issueOf(line)?.meaning;
  return { line: shortened(line), ...(meaning === undefined ? {} : { meaning }) };
}

function causeOfFault(lines: readonly string[], at: number): string | undefined {
  if (!FAULT.test(lines[at] ?? '')) return undefined;
  return lines.slice(0, at).findLast((line) => {
    const issue = issueOf(line);
    return issue && !issue.waits;
  });
}

/** `panic: All attempts results:` says on the next line what (2.2). */
function withWhatFollows(lines: readonly string[], at: number): string {
  const line = lines[at] ?? '';
  return line.endsWith(':') ? `${line} ${lines[at + 1] ?? ''}` : line;
}

/** What the status may hold of one line. */
const MAX_LINE_LENGTH = 300;

/** Without time and stack; of many attempts that ended alike the first. */
function shortened(line: string): string {
  return (fromClient(line) ?? fromZap(line))
    .replace(/^(?:%\d\|[\d.]+\||\d{4}[-/]\d\d[-/]\d\d[T ][\d:.]+\S*\s+)/, '')
    .replace(/: attempt #1: .*$/s, '')
    .replace(/(?:All attempts results: )?attempt #[01]: ?/, '')
    .replaceAll(/0x[0-9a-f]{5,}/g, '0x…')
    .replaceAll(/"?(?:ts|time)"?[:=]"[^"]*",? ?/g, '')
    .slice(0, MAX_LINE_LENGTH);
}

/** The client of etcd inside Milvus logs JSON: `{"logger":"etcd-client","msg":...,"error":...}`. */
function fromClient(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { msg, error } = JSON.parse(line) as { readonly msg?: unknown; readonly error?: unknown };
    return typeof msg === 'string' && typeof error === 'string' ? `${msg}: ${error}` : undefined;
  } catch {
    return undefined;
  }
}

/** `[time] [ERROR] [file:line] ["message"] [error="..."] [stack="..."]` as `message: error` (zap, as Milvus has it). */
function fromZap(line: string): string {
  const [, message] = /\[(?:INFO|WARN|ERROR|FATAL|PANIC)\] \[[^\]]*\] \["?((?:[^"\\\]]|\\.)*)"?\]/.exec(line) ?? [];
  if (message === undefined) return line;
  const [, error] = /\[(?:error|"error msg")="((?:[^"\\]|\\.)*)"\]/.exec(line) ?? [];
  return error === undefined ? message : `${message}: ${error.replaceAll('\\"', '"')}`;
}
