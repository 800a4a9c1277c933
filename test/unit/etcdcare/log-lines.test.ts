import { describe, expect, it } from '@jest/globals';
import { cleanLine, logLines, redacted } from '../../../src/etcdcare/log-lines.ts';

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
