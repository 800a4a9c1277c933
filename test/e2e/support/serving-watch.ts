import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Where every Milvus process says how it is. */
const MANAGEMENT_PORT = 9091;

/** How often a process is asked, milliseconds. */
const EVERY_MS = 10;

/** commonpb.StateCode of milvus-proto: a process that works in a role as ACTIVE; one that stands by is 3. */
const HEALTHY = 1;

type Answer = 'serves' | 'serves no more' | 'unknown';

/**
 * Asks the ACTIVE of a role whether it serves, all the while and from outside of the operator: until it says that it does not, or
 * refuses the connection. Etcd alone does not show that: a 2.3 that was told to stop serves nobody and keeps its key. Nor does a
 * later answer: a container that was killed comes back at the same address, and stands by there.
 *
 * Shares no code with the operator, and keeps no connection.
 */
export class ServingWatch implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #asking: Promise<void>;
  #servedMs: number | undefined;

  /**
   * @param host address of the process' pod
   * @param role as /healthz names it
   */
  constructor(host: string, role: string, port = MANAGEMENT_PORT) {
    this.#asking = this.#ask({ host, port }, role);
  }

  /**
   * Begin of the last request that was answered with "I serve" before the first other answer, by this machine's wall clock.
   * @throws Error without any.
   */
  get servedMs(): number {
    if (this.#servedMs === undefined) throw new Error('the process has not said that it serves');
    return this.#servedMs;
  }

  async #ask(address: { readonly host: string; readonly port: number }, role: string): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const askedMs = Date.now();
      const answer = await answerOf(address, role, this.#abort.signal);
      if (answer === 'serves') this.#servedMs = askedMs;
      if (answer === 'serves no more' && this.#servedMs !== undefined) return;
      await pause(EVERY_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#asking;
  }
}

function answerOf(
  address: { readonly host: string; readonly port: number },
  role: string,
  signal: AbortSignal,
): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' }; // asks for the state of each role
  return new Promise((resolve) => {
    const asked = get({ ...address, path: '/healthz', headers, agent: false, timeout: 1_000, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('error', () => resolve('unknown'));
      response.on('end', () => resolve(serves(body, role) ? 'serves' : 'serves no more'));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'ECONNREFUSED' ? 'serves no more' : 'unknown'),
    );
  });
}

/** Whether `{"state":"OK","detail":[{"name":"rootcoord","code":1}]}` (2.3.5) says that the process works in a role. */
function serves(body: string, role: string): boolean {
  if (!body.startsWith('{')) return false; // a line of text, where something else than Milvus answers
  const { detail } = JSON.parse(body) as {
    readonly detail?: readonly { readonly name: string; readonly code: number }[];
  };
  return detail?.some(({ name, code }) => name === role && code === HEALTHY) ?? false;
}
