import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { hasMoreFieldsThan } from '../../src/etcd/bounded-answers.ts';
import { fromStatus } from '../../src/etcd/errors.ts';
import { localKindOf } from '../../src/etcd/local-addresses.ts';
import { alarmsIn } from '../../src/etcd/alarms.ts';
import { cleanLine, logLines } from '../../src/etcdcare/log-lines.ts';
import { learnSetup } from '../../src/etcdcare/setup/etcd-setup.ts';
import { outcomeOf } from '../../src/etcdcare/volumes/script-outcome.ts';
import { sameQuantity } from '../../src/kube/quantity.ts';
import { parseSessionKey } from '../../src/milvus/session-keys.ts';
import { parseSessionValue } from '../../src/milvus/session-value.ts';
import { versionOfImage } from '../../src/milvus/version.ts';
import { reservedConfigKeys } from '../../src/milvus/config-keys.ts';
import { userConfig } from '../../src/pair/user-config.ts';
import { aPair } from './pair/support/pair.ts';

/**
 * Whatever others write comes back as a value or as a sentence: no reader throws, and none runs for long, which the time
 * limit of a test ends. `make fuzz` plays the same for as long as FUZZ_SECONDS says, each time from another seed.
 */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0);
const parameters =
  seconds > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
    : { numRuns: 200 };
const timeoutMs = Math.max(30_000, (seconds + 60) * 1000);

/** What makes readers backtrack: pieces that begin something, said over and over. */
const pieces = [
  ...['eyJ', '.', '-', '://', '@', 'password', '=', '"', "'", '{', '}', '[', ']', ':', ',', '\n', ' ', '\t', '\\', '/'],
  ...[
    '--',
    '-----BEGIN ',
    '-----END ',
    '2026-11-21T11:00:00Z',
    '0x',
    '$(A)',
    '${A}',
    '&a ',
    '*a',
    '<<',
    '? ',
    '|',
    '- ',
  ],
  ...['etcd', 'etcd:', 'memberID:', ' alarm:', 'a 11:11:11', '==>', '\u001b[', '1', '9', 'x', 'é', '\u0000', '%', '#'],
];
const repeated = fc
  .tuple(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 20_000 }))
  .map(([some, times]) => some.join('').repeat(times).slice(0, 70_000));
const mixed = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((some) => some.join(''));
const text = fc.oneof(repeated, mixed, fc.string({ unit: 'binary', maxLength: 400 }), fc.json());

const readers: readonly (readonly [name: string, read: (input: string) => unknown])[] = [
  ['a line of a log', (input) => cleanLine(input)],
  ['a log', (input) => logLines(input)],
  ['the value of a session', (input) => parseSessionValue(input)],
  ['the key of a session', (input) => parseSessionKey(input)],
  ['the name of an image', (input) => versionOfImage(input)],
  ['a quantity', (input) => sameQuantity(input, '1')],
  ['an address', (input) => localKindOf(input)],
  ['the errors of a member', (input) => alarmsIn([input])],
  ['the end of a call', (input) => fromStatus({ code: 2, details: input }, { what: 'reading', endpoints: ['e'] })],
  ['the result of a Job', (input) => outcomeOf({ exitCode: 0, message: input })],
  ['an answer of an etcd', (input) => hasMoreFieldsThan(100, Buffer.from(input))],
  [
    'a StatefulSet',
    (input) =>
      learnSetup({
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'e', namespace: 'n' },
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'etcd',
                  image: input,
                  args: ['etcd', input, `--initial-cluster=${input}`],
                  env: [{ name: 'A', value: input }],
                },
              ],
            },
          },
        },
      }),
  ],
];

describe('whatever others write', () => {
  it.each(readers)(
    'is read or refused at once: %s',
    (_, read) => {
      fc.assert(
        fc.property(text, (input) => {
          read(input);
        }),
        parameters,
      );
    },
    timeoutMs,
  );

  it(
    'is read or refused at once: the user.yaml of a pair, and what is looked for in it',
    async () => {
      const named = aPair({ spec: { config: { configMapName: 'c' } } });
      await fc.assert(
        fc.asyncProperty(text, async (input) => {
          const data = { 'user.yaml': input };
          const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data };
          const { settings } = await userConfig(named, { configMap: () => Promise.resolve(object) });
          if (typeof settings === 'object' && settings !== null)
            reservedConfigKeys(settings as Readonly<Record<string, unknown>>);
        }),
        parameters,
      );
    },
    timeoutMs,
  );
});
