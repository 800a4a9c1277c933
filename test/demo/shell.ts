import { clientEnvironment } from '../cluster/kubeconfig.ts';
import { run } from '../cluster/process.ts';
import { root } from './settings.ts';
import { terminal } from './terminal.ts';

/** Longest wait for one command, milliseconds: more than any `--timeout` given to it. */
const commandTimeoutMs = 300_000;

/** What a person would type in the checkout, typed for them: commands against the demo's cluster. */
export class Shell {
  readonly #programs: Readonly<Record<'kubectl' | 'helm', string>>;
  readonly #kubeconfig: string;
  readonly #signal: AbortSignal;

  constructor(programs: Readonly<Record<'kubectl' | 'helm', string>>, kubeconfig: string, signal: AbortSignal) {
    this.#programs = programs;
    this.#kubeconfig = kubeconfig;
    this.#signal = signal;
  }

  /** Runs a command without showing it. @returns its standard output. @throws CommandError. */
  quietly(program: 'kubectl' | 'helm', args: readonly string[], input?: string): Promise<string> {
    return run(this.#programs[program], args, {
      cwd: root,
      env: { KUBECONFIG: this.#kubeconfig, ...clientEnvironment(this.#kubeconfig) },
      signal: this.#signal,
      timeoutMs: commandTimeoutMs,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Shows a command, runs it, shows what it said. @throws CommandError. */
  async show(program: 'kubectl' | 'helm', args: readonly string[]): Promise<void> {
    print(`\n$ ${[program, ...args].join(' ')}`);
    print((await this.quietly(program, args)).trimEnd());
  }
}

/** To standard output: what is shown, as opposed to progress. */
export function print(text: string): void {
  terminal.print(text);
}
