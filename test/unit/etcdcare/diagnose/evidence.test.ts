import { describe, expect, it } from '@jest/globals';
import { lastWords } from '../../../../src/etcdcare/diagnose/evidence.ts';
import { logLines } from '../../../../src/etcdcare/log-lines.ts';
import { crashing } from '../support/facts.ts';

const wordsOf = (exitCode: number, log: readonly string[]) =>
  lastWords({ ...crashing('etcd-0', exitCode, []), lines: logLines(log.join('\n')) });

const elected = '{"level":"info","msg":"elected leader 1 at term 2"}';
const refused =
  '{"level":"warn","msg":"prober detected unhealthy status","error":"dial tcp 10.0.0.2:2380: connect: connection refused"}';
const leadership =
  '{"level":"error","msg":"Failed to check current member\'s leadership","error":"etcdserver: request timed out"}';

describe('the line with which a member said why it is down', () => {
  it.each<[string, number, readonly string[], string]>([
    [
      'is what was fatal to it',
      1,
      ['{"level":"fatal","msg":"discovery failed","error":"walpb: crc mismatch"}', elected],
      'discovery failed: walpb: crc mismatch',
    ],
    [
      'is its panic, not the stack after it',
      2,
      [elected, 'panic: freepages: failed to get all reachable pages', 'goroutine 1 [running]:', '\tbbolt/db.go:1'],
      'panic: freepages: failed to get all reachable pages',
    ],
    [
      'is what its start-up script called an error',
      1,
      ['etcd 11:59:58.10 INFO  ==> Starting etcd', 'etcd 11:59:58.20 ERROR ==> Headless service domain is missing'],
      'Headless service domain is missing',
    ],
    [
      'is no news of that script, whatever word it holds',
      1,
      [
        'panic: page 7 already freed',
        '\u001b[38;5;6metcd \u001b[38;5;5m11:59:58.10 \u001b[0m\u001b[38;5;2mINFO \u001b[0m ==> No invalid member ID',
      ],
      'panic: page 7 already freed',
    ],
    ['is what its shell complained of', 127, ['/bin/sh: etcd: not found'], '/bin/sh: etcd: not found'],
    [
      'is what etcd 3.4 called critical',
      1,
      ['2026-11-21 11:00:00.000000 C | etcdmain: listen tcp: no such host', '2026-11-21 11:00:00.1 I | raft: x'],
      'C | etcdmain: listen tcp: no such host',
    ],
  ])('%s', (_, exitCode, log, said) => {
    expect(wordsOf(exitCode, log)).toBe(said);
  });

  it.each<[string, number, readonly string[]]>([
    ['there is only news', 1, [elected]],
    ['it warned of others only', 1, [elected, refused]],
    ['it said nothing at all', 1, []],
    ['it was killed, whatever it had complained of before', 137, [leadership]],
    ['it was told to stop', 143, [leadership]],
  ])('is none where %s', (_, exitCode, log) => {
    expect(wordsOf(exitCode, log)).toBeUndefined();
  });
});
