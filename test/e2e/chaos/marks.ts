import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** A time in which one process worked as ACTIVE, by the machine's monotonic clock, milliseconds. */
export interface Span {
  fromMs: number;
  untilMs: number;
}

/** A time in which two processes worked as ACTIVE. */
export interface Overlap {
  /** Their files of marks. */
  readonly files: readonly [string, string];
  readonly fromMs: number;
  readonly lengthMs: number;
}

/** Marks come every 10 ms; a busy machine leaves out some. A process that was stopped was so for two seconds at least. */
const LONGEST_GAP_MS = 1_000;

/** What one process has written so far. */
interface ReadFile {
  offset: number;
  rest: string;
  readonly spans: Span[];
}

/** The marks that a pair's processes leave while they work as ACTIVE, a file each in one folder. */
export class Marks {
  readonly #folder: string;
  readonly #files = new Map<string, ReadFile>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads on, and finds every time in which two processes worked at once. */
  async overlaps(): Promise<readonly Overlap[]> {
    for (const name of (await readdir(this.#folder)).toSorted()) await this.#read(name);
    const files = [...this.#files];
    return files.flatMap(([name, { spans }], index) =>
      files
        .slice(index + 1)
        .flatMap(([otherName, other]) =>
          common(spans, other.spans).map((both) => ({ files: [name, otherName] as const, ...both })),
        ),
    );
  }

  async #read(name: string): Promise<void> {
    const known = this.#files.get(name) ?? { offset: 0, rest: '', spans: [] };
    this.#files.set(name, known);
    await using file = await open(join(this.#folder, name));
    const text = known.rest + (await readFrom(file, known));
    const lines = text.split('\n');
    known.rest = lines.pop() ?? '';
    for (const line of lines) take(known.spans, Number(BigInt(line) / 1_000n) / 1_000);
  }
}

async function readFrom(file: FileHandle, known: ReadFile): Promise<string> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(size - known.offset);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, known.offset);
  known.offset += bytesRead;
  return buffer.toString('latin1', 0, bytesRead);
}

function take(spans: Span[], atMs: number): void {
  const last = spans.at(-1);
  if (last && atMs - last.untilMs <= LONGEST_GAP_MS) last.untilMs = atMs;
  else spans.push({ fromMs: atMs, untilMs: atMs });
}

function common(spans: readonly Span[], others: readonly Span[]): readonly { fromMs: number; lengthMs: number }[] {
  return spans.flatMap((span) =>
    others.flatMap((other) => {
      const fromMs = Math.max(span.fromMs, other.fromMs);
      const lengthMs = Math.min(span.untilMs, other.untilMs) - fromMs;
      return lengthMs > 0 ? [{ fromMs, lengthMs }] : [];
    }),
  );
}
