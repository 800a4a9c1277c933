import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../../../src/runtime/logging.ts';
import type { LogLevel } from '../../../src/runtime/config-values.ts';

function logger(level: LogLevel = 'info') {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { log: createLogger(level, { write }), lines };
}

describe('createLogger', () => {
  it('writes the level as a word, the time in ISO 8601, and nothing that nobody asked for', () => {
    const { log, lines } = logger();
    log.info('Started');
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), msg: 'Started' },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = logger('warn');
    log.info('not this');
    log.warn('this');
    expect(lines.map(({ msg }) => msg)).toEqual(['this']);
  });

  it('hides secrets at the top and one level below', () => {
    const { log, lines } = logger();
    log.info(
      { password: 'p', auth: { username: 'root', password: 'p' }, tls: { key: 'k' }, secret: { data: 'd' } },
      'x',
    );
    expect(lines[0]).toMatchObject({
      password: '[redacted]',
      auth: { username: 'root', password: '[redacted]' },
      tls: { key: '[redacted]' },
      secret: { data: '[redacted]' },
    });
  });

  it('shows a key of a work queue, which is no secret', () => {
    const { log, lines } = logger();
    log.info({ key: 'milvus/rootcoord' }, 'x');
    expect(lines[0]).toHaveProperty('key', 'milvus/rootcoord');
  });

  it('writes errors with the chain of their causes', () => {
    const { log, lines } = logger();
    log.error({ err: new Error('no read', { cause: new Error('refused') }) }, 'x');
    expect(lines[0]).toHaveProperty('err.message', 'no read: refused');
  });
});
