import { describe, expect, it } from '@jest/globals';
import { bringUpToDate } from '../../../scripts/generated-file.ts';
import { docsFiles, replaceTable } from '../../../scripts/support/docs.ts';

describe('replaceTable', () => {
  const marks = (between: string) =>
    `before\n\n<!-- table x: made by scripts/sync-docs.ts -->${between}<!-- end of table x -->\n\nafter\n`;

  it('puts the table between its marks and leaves the rest', () => {
    expect(replaceTable(marks('\n\n| old |\n\n'), 'x', '| new |')).toBe(marks('\n\n| new |\n\n'));
  });

  it('refuses a page without the marks', () => {
    expect(() => replaceTable('no table here', 'x', '| new |')).toThrow('lacks the marks');
  });
});

describe('the tables in docs/', () => {
  it('are up to date with the code', async () => {
    expect(await bringUpToDate(await docsFiles(), true)).toEqual([]);
  });
});
