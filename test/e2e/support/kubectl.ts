import { clientEnvironment } from '../../cluster/kubeconfig.ts';
import { run } from '../../cluster/process.ts';
import { ensurePrograms } from '../../cluster/programs.ts';

/** The user's own tool against the cluster: what works here works for a user. */
export class Kubectl {
  readonly #kubeconfig: string;
  readonly #namespace: string | undefined;

  /** With a namespace, commands are about it and no other. */
  constructor(kubeconfig: string, namespace?: string) {
    this.#kubeconfig = kubeconfig;
    this.#namespace = namespace;
  }

  /** Runs one command. @returns its stdout. @throws CommandError with its stderr. */
  async run(args: readonly string[], input?: string): Promise<string> {
    const { kubectl } = await ensurePrograms(['kubectl']);
    const place = this.#namespace === undefined ? [] : ['--namespace', this.#namespace];
    return run(kubectl, ['--kubeconfig', this.#kubeconfig, ...place, ...args], {
      ...(input === undefined ? {} : { input }),
      env: clientEnvironment(this.#kubeconfig),
      timeoutMs: 300_000,
    });
  }

  /** `kubectl apply` of objects or of a manifest. */
  async apply(manifest: string | object | readonly object[]): Promise<void> {
    await this.run(['apply', '--filename', '-'], typeof manifest === 'string' ? manifest : asList(manifest));
  }

  /** The tool's own words when it refuses. @throws Error when it does not. */
  async refusal(args: readonly string[], input?: string): Promise<string> {
    try {
      await this.run(args, input);
    } catch (error) {
      return String(error);
    }
    throw new Error(`kubectl ${args.join(' ')} was not refused`);
  }
}

function asList(objects: object | readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: Array.isArray(objects) ? objects : [objects] });
}
