/**
 * Standard output, where a person reads along, and standard error for progress; with a line at the bottom that is drawn
 * again and again. Without a terminal that line is not drawn.
 */
export class Terminal {
  #footer: (() => string) | undefined;

  /** What is shown. */
  print(text: string): void {
    this.#write(process.stdout, text);
  }

  /** What is going on. */
  progress(text: string): void {
    this.#write(process.stderr, text);
  }

  /** Draws a line at the bottom while `work` goes on. */
  async following<T>(footer: () => string, work: () => Promise<T>): Promise<T> {
    if (!process.stdout.isTTY) return work();
    this.#footer = footer;
    const timer = setInterval(() => this.#draw(), 250);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      this.#footer = undefined;
      process.stdout.write(eraseLine);
    }
  }

  #write(stream: NodeJS.WriteStream, text: string): void {
    if (this.#footer !== undefined) process.stdout.write(eraseLine);
    stream.write(`${text}\n`);
    this.#draw();
  }

  #draw(): void {
    if (this.#footer === undefined) return;
    // Auto-wrap is off while drawing: a line that is too long would leave its upper part behind.
    process.stdout.write(`${eraseLine}\u001b[?7l${this.#footer()}\u001b[?7h`);
  }
}

const eraseLine = '\r\u001b[2K';

/** The terminal that the demo runs in. */
export const terminal = new Terminal();
