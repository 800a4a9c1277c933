import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { resolveConfig } from './config.ts';
import type { Environment, Flags, OperatorConfig } from './config.ts';
import { settings } from './config-settings.ts';
import type { Setting } from './config-settings.ts';
import { version } from './version.ts';

/** What to do after the command line has been read. */
export type CommandLine =
  | { readonly kind: 'run'; readonly config: OperatorConfig }
  /** Print and exit: help and version (0), mistakes (2). */
  | { readonly kind: 'exit'; readonly code: 0 | 2; readonly stdout: string; readonly stderr: string };

/**
 * Reads the command line and the environment of the operator.
 *
 * @param argv arguments of the program, without node and the script.
 */
export function readCommandLine(argv: readonly string[], environment: Environment = thisProcess()): CommandLine {
  let stdout = '';
  let stderr = '';
  const command = program().configureOutput({
    writeOut: (text) => void (stdout += text),
    writeErr: (text) => void (stderr += text),
  });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'exit', code: error.exitCode === 0 ? 0 : 2, stdout, stderr };
  }
  const result = resolveConfig(command.opts<Flags>(), environment);
  if (result.ok) return { kind: 'run', config: result.config };
  return { kind: 'exit', code: 2, stdout, stderr: result.problems.map((problem) => `error: ${problem}\n`).join('') };
}

function program(): Command {
  const command = new Command('coordinator-pair-operator')
    .description('Keeps Milvus coordinators running as pairs of one ACTIVE and one STANDBY.')
    .version(version, '--version', 'Print the version and exit.')
    .helpOption('-h, --help', 'Print this help and exit.')
    .addHelpText('after', '\nA flag wins over its environment variable.')
    .configureHelp({ helpWidth: 120 })
    .allowExcessArguments(false)
    .showHelpAfterError('Run with --help to see all flags.')
    .exitOverride();
  for (const [name, setting] of Object.entries(settings)) command.addOption(optionOf(name, setting));
  return command;
}

function optionOf(name: string, setting: Setting<unknown>): Option {
  const fallback = setting.default === '' ? undefined : (setting.default ?? setting.defaultHelp);
  const facts = [...(fallback === undefined ? [] : [`default: ${fallback}`]), `env: ${setting.env}`];
  const option = new Option(`${setting.flag} ${setting.placeholder}`, `${setting.help} (${facts.join('; ')})`);
  option.attributeName = () => name;
  return option;
}

/** Written by the kubelet into every pod with a service account token. */
const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

function thisProcess(): Environment {
  return {
    env: process.env,
    hostname: hostname(),
    serviceAccountNamespace: () => {
      try {
        return readFileSync(namespaceFile, 'utf8').trim();
      } catch {
        return undefined;
      }
    },
  };
}
