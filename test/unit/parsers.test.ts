import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasMoreFieldsThan } from '../../src/etcd/bounded-answers.ts';
import { fromStatus } from '../../src/etcd/errors.ts';
import { localKindOf } from '../../src/etcd/local-addresses.ts';
import { alarmsIn } from '../../src/etcd/alarms.ts';
import { misfit } from '../../src/etcdcare/recovery/journal-fit.ts';
import { readJournal } from '../../src/etcdcare/recovery/journal.ts';
import { remedyFor } from '../../src/etcdcare/recovery/remedies/index.ts';
import { cleanLine, logLines } from '../../src/etcdcare/log-lines.ts';
import { learnSetup } from '../../src/etcdcare/setup/etcd-setup.ts';
import { ResultError } from '../../src/etcdcare/volumes/result-fields.ts';
import * as results from '../../src/etcdcare/volumes/results.ts';
import { outcomeOf } from '../../src/etcdcare/volumes/script-outcome.ts';
import { sameQuantity } from '../../src/kube/quantity.ts';
import { parseSessionKey } from '../../src/milvus/session-keys.ts';
import { parseSessionValue } from '../../src/milvus/session-value.ts';
import { versionOfImage } from '../../src/milvus/version.ts';
import { reservedConfigKeys } from '../../src/milvus/config-keys.ts';
import { userConfig } from '../../src/pair/user-config.ts';
import { guard } from './etcdcare/support/facts.ts';
import { recovery } from './etcdcare/recovery/support.ts';
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

/** Texts that are JSON, or nearly, and nest or repeat beyond measure. */
const deep = fc
  .tuple(fc.constantFrom('[', '{"a":', '[[],'), fc.integer({ min: 1, max: 200_000 }))
  .map(([opening, times]) => opening.repeat(times).slice(0, 1_000_000));

/** Names that some reader looks for, so that what is random comes where it is read. */
const fieldNames = [
  ...['alreadyDone', 'movedTo', 'memberId', 'clusterId', 'revision', 'bumped', 'usable', 'database', 'wal', 'state'],
  ...['source', 'sha256', 'sizeBytes', 'hashKV', 'keys', 'prefixes', 'prefix', 'sessionRoots', 'old', 'name', 'bytes'],
  ...['removed', 'absent', 'newest', 'snapshots', 'kept', 'held', 'method', 'why', 'file', 'dataAgain', 'leftOut'],
];
const { tree: value } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.boolean(), fc.bigInt({ min: 0n, max: 2n ** 70n }).map(String), fc.jsonValue({ maxDepth: 1 })),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...fieldNames), tie('tree'), { maxKeys: 12 }),
  ),
}));

const actions = [
  ...['BindPendingVolume', 'ClearMemberID', 'ReplaceMember', 'ReplaceVolume', 'RestartQuorum', 'RebuildFromSurvivor'],
  ...['RestoreFromSnapshot', 'ReclaimSpace', 'Cleanup', 'Snapshot', 'Defragment', 'MoveLeader'],
];

/** A journal as the operator may write it; {@link damaged} puts something else at one place of it. */
const journal = {
  recovery: { name: 'repair', uid: 'u' },
  guardName: 'etcd',
  planHash: 'p',
  approvedBy: 'Person',
  startTime: '2026-11-21T11:00:00Z',
  guard: { milvus: { rootPaths: ['by-dev'], workloadSelector: { matchLabels: { app: 'milvus' } } } },
  details: { source: 'etcd-0', old: { 'etcd-0': ['data'] }, loss: { complete: true, ahead: [], silent: [] } },
  steps: [{ name: 'Prepare', state: 'Running', startTime: '2026-11-21T11:00:00Z' }],
  notes: { milvus: [{ kind: 'Deployment', namespace: 'n', name: 'd', uid: 'u' }], prepared: {}, seen: {} },
  changes: [
    {
      ...{ name: 'ScaleEtcd', what: 'is scaled', kind: 'StatefulSet' },
      ...{ object: { name: 'etcd', namespace: 'n', uid: 'u' }, patch: { spec: { replicas: 0 } } },
      putBack: { spec: { replicas: 3 } },
    },
  ],
  before: { revision: '1' },
};
const damaged = fc
  .tuple(fc.constantFrom(...actions), fc.array(fc.nat(6), { maxLength: 4 }), value, fc.integer({ min: 1, max: 60_000 }))
  .map(([action, path, instead, times]) => {
    const whole: unknown = JSON.parse(JSON.stringify({ ...journal, action }));
    let place = whole;
    for (const [depth, at] of path.entries()) {
      if (typeof place !== 'object' || place === null) break;
      const names = Object.keys(place);
      const name = names[at % Math.max(names.length, 1)] ?? 'new';
      const fields = place as Record<string, unknown>;
      if (depth === path.length - 1)
        fields[name] = times % 3 === 0 ? Array.from({ length: times }, () => instead) : instead;
      else place = fields[name];
    }
    return JSON.stringify(whole).slice(0, 1_000_000);
  });

function journalOf(input: string): ReturnType<typeof readJournal> {
  const metadata = { name: 'etcd-recovery-etcd', namespace: 'n', uid: 'u', resourceVersion: '1' };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'journal.json': input } };
  return readJournal({ get: () => Promise.resolve(object as never) }, 'n', 'etcd', new AbortController().signal);
}

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

  it(
    'is read or refused at once: the journal of a recovery, and what the remedies look for in it',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(damaged, deep, text), async (input) => {
          const found = await journalOf(input);
          if (found === undefined || !('journal' in found)) return;
          const { action } = found.journal;
          misfit(found.journal, recovery({ action, guardName: 'etcd' }), guard(), remedyFor(action));
        }),
        parameters,
      );
    },
    timeoutMs,
  );

  it.each(Object.entries(results))(
    'is read, or refused by a ResultError, at once: the result of a script, by %s',
    (_, read) => {
      fc.assert(
        fc.property(fc.oneof(value, deep), (input) => {
          const outcome = outcomeOf({
            exitCode: 0,
            message: typeof input === 'string' ? input : JSON.stringify(input),
          });
          if (outcome.state !== 'Done') return;
          try {
            read(outcome.result);
          } catch (error) {
            if (!(error instanceof ResultError)) throw error;
          }
        }),
        parameters,
      );
    },
    timeoutMs,
  );

  it('is refused by its size: a journal of a megabyte, which zod would find a fault in at every place', async () => {
    const huge = JSON.stringify({
      ...journal,
      action: 'Cleanup',
      changes: Array.from({ length: 300_000 }, () => ({})),
    });
    const many = JSON.stringify({
      ...journal,
      action: 'Cleanup',
      changes: Array.from({ length: 100_000 }, () => ({})),
    });
    for (const [input, words] of [
      [huge, 'it has more than 524288 characters'],
      [many, 'changes: Too big: expected array to have <=1000 items'],
    ] as const) {
      expect(await journalOf(input)).toMatchObject({ unreadable: words });
    }
  });
});
