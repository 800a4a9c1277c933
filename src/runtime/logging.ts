import pino from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { LogLevel } from './config-values.ts';

export type { Logger } from 'pino';

/** Which pair a message is about. */
export interface PairName {
  readonly namespace: string;
  readonly name: string;
}

/** Never logged, wherever they appear at the top of a message or one level below. */
const secrets = ['password', 'token', 'authorization', 'Authorization', 'cert', 'key', 'ca', 'data', 'stringData'];
/** Fields named so are harmless at the top, where they are ours: a work queue's key, for instance. */
const harmlessAtTop = new Set(['key', 'data']);

/**
 * The operator's log: one JSON object a line on standard output, level as a word, time in ISO 8601.
 *
 * @param destination where to write instead of standard output.
 */
export function createLogger(
  level: LogLevel,
  destination: DestinationStream = pino.destination({ sync: true }),
): Logger {
  return pino(
    {
      level,
      base: null,
      messageKey: 'msg',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [...secrets.filter((name) => !harmlessAtTop.has(name)), ...secrets.map((name) => `*.${name}`)],
        censor: '[redacted]',
      },
    },
    destination,
  );
}
