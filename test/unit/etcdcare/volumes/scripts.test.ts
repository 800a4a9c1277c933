import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { refusals } from '../../../../src/etcdcare/volumes/script-outcome.ts';
import { scriptNames, scriptText } from '../../../../src/etcdcare/volumes/scripts.ts';

const folder = 'src/etcdcare/volumes/scripts';

describe('the text of a script', () => {
  it.each(scriptNames)('stands alone: %s', (name) => {
    const text = scriptText(name);
    expect(text).toContain('set -Eeuo pipefail');
    expect(text).not.toContain('source ');
    expect(text).not.toMatch(/^\s*#/m);
    // One string of an argument list may have 128 KiB.
    expect(text.length).toBeLessThan(32_768);
  });

  it('can be had for each file but those that are only read in', async () => {
    const files = (await readdir(folder)).filter((file) => file.endsWith('.sh'));
    expect(files.sort()).toEqual([...scriptNames, 'alone', 'common'].map((name) => `${name}.sh`).sort());
  });

  it('refuses with the codes and words that the operator knows', async () => {
    const common = await readFile(join(folder, 'common.sh'), 'utf8');
    const alone = [...common.matchAll(/refuse (\d+) ([A-Z]\w+)/g)].map(([, code, word]) => `${code} ${word}`);
    expect([...new Set(alone)].sort()).toEqual(
      Object.entries(refusals)
        .map(([code, word]) => `${code} ${word}`)
        .sort(),
    );
  });
});
