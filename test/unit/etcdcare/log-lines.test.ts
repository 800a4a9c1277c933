import { describe, expect, it } from '@jest/globals';
import { redacted } from '../../../src/base/redacted.ts';
import { cleanLine, logLines } from '../../../src/etcdcare/log-lines.ts';

describe('a line of a log', () => {
  it.each([
    [
      'etcd’s JSON',
      '{"level":"fatal","ts":"2026-11-21T11:00:00Z","msg":"discovery failed","error":"member a1 has already been bootstrapped","stacktrace":"x"}',
      'discovery failed: member a1 has already been bootstrapped',
    ],
    [
      'a script of bitnami',
      '\u001b[38;5;6metcd \u001b[38;5;5m11:59:58.10 \u001b[0m\u001b[38;5;2mINFO \u001b[0m ==> Updating member in existing cluster',
      'Updating member in existing cluster',
    ],
    ['a Go panic', 'panic: page 7 already freed', 'panic: page 7 already freed'],
    ['an address that moves', 'unexpected fault address 0x7f1e3c400000', 'unexpected fault address 0x…'],
    [
      'a time inside',
      'certificate has expired: current time 2026-11-21T11:00:00Z is after 2026-01-01T00:00:00Z',
      'certificate has expired: current time … is after …',
    ],
  ])('of %s is what it says, without what moves', (_, raw, said) => {
    expect(cleanLine(raw)).toBe(said);
  });

  it.each([
    'etcdctl --user root:hunter2 endpoint health',
    'dial https://root:hunter2@etcd:2379',
    'ETCD_ROOT_PASSWORD=hunter2',
    '{"password": "hunter2"}',
    'authorization: hunter2',
  ])('loses its secret: %s', (line) => {
    expect(redacted(line)).not.toContain('hunter2');
  });

  it('has the time at which the kubelet got it', () => {
    expect(logLines('2026-11-21T11:00:00.123456789Z {"msg":"ready"}\n\n')).toEqual([
      { at: new Date('2026-11-21T11:00:00.123Z'), text: 'ready' },
    ]);
  });

  it('is kept when it has none', () => {
    expect(logLines('plain')).toEqual([{ text: 'plain' }]);
  });
});

/** As much as the kubelet is asked for; what backtracks takes seconds for it, and the limit of a test is up. */
const FULL = 65_536;

describe('a log that was written to stop its reader', () => {
  it.each([
    ['beginnings of tokens', 'eyJ'],
    ['dots in tokens', 'eyJa.'],
    ['addresses', '://a'],
    ['certificates', '-----BEGIN a-----'],
    ['a script that says nothing', 'a 11:11:11 '],
    ['blanks', ' '],
    ['colours', '\u001b[1'],
    ['times', '2026-11-21T'],
    ['brackets of JSON', '{"msg":['],
  ])('is read at once: %s', (_, part) => {
    const text = part.repeat(FULL / part.length);
    expect(logLines(text).every((line) => line.text.length <= 400)).toBe(true);
    expect(cleanLine(`a 11:11:11${' '.repeat(FULL)}x`).length).toBeLessThanOrEqual(400);
  });

  it('shows no half of a secret that stands where the line is cut', () => {
    const line = `${'x '.repeat(8_190)}https://root:${'hunter2'.repeat(10)}@etcd:2379`;
    expect(cleanLine(line)).not.toContain('hunter2');
    expect(cleanLine(`https://root:${'hunter2'.repeat(3_000)}@etcd:2379`)).not.toContain('hunter2');
  });

  it('still hides a token within a text', () => {
    expect(
      redacted('token=eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl, and "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"'),
    ).not.toContain('c2ln');
  });
});
