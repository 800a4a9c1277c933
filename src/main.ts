import { runArtefactCommand } from './etcdcare/volumes/transfer/command.ts';
import { readCommandLine } from './runtime/command-line.ts';
import { createLogger } from './runtime/logging.ts';
import { runOperator } from './runtime/operator.ts';
import { onShutdownRequest } from './runtime/shutdown.ts';

const [subcommand, ...rest] = process.argv.slice(2);
if (subcommand === 'artefact') {
  const ending = new AbortController();
  process.once('SIGTERM', () => ending.abort(new Error('asked to end')));
  const code = await runArtefactCommand(rest, {
    env: process.env,
    signal: ending.signal,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
  process.exit(code);
}

/** The operator process: reads its configuration, runs until it is told to end, exits 0 when that went well. */
const commandLine = readCommandLine(process.argv.slice(2));
if (commandLine.kind === 'exit') {
  process.stdout.write(commandLine.stdout);
  process.stderr.write(commandLine.stderr);
  process.exit(commandLine.code);
}
const log = createLogger(commandLine.config.logLevel);
const shutdown = onShutdownRequest(log);
try {
  const clean = await runOperator(commandLine.config, log, shutdown.signal);
  process.exit(clean ? 0 : 1);
} catch (error) {
  log.fatal({ err: error }, 'the operator cannot run');
  process.exit(1);
}
