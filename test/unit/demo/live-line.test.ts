import { stripVTControlCharacters } from 'node:util';
import { expect, it } from '@jest/globals';
import { liveLine } from '../../demo/real/live-line.ts';

it('each second of the past is a block where an operation succeeded and a dot where none did, blank before the first', () => {
  const operations = {
    search: [{ startMs: 99_000, endMs: 99_500 }],
    insert: [
      { startMs: 80_100, endMs: 80_900 },
      { startMs: 98_000, endMs: 98_900, error: 'no' },
    ],
    ddl: [{ startMs: 70_000, endMs: 79_000 }],
  };
  expect(stripVTControlCharacters(liveLine(operations, 100_000))).toBe(
    'search                    █  insert █···················  ddl ····················',
  );
});
