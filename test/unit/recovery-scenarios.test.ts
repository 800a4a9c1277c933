import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const e2e = join(import.meta.dirname, '..', 'e2e');
const read = (...path: readonly string[]): string => readFileSync(join(e2e, ...path), 'utf8');

/** What changes members or their data, so that something could be lost. */
const repairs = [
  'BindPendingVolume',
  'ClearMemberID',
  'ReplaceMember',
  'Fence',
  'RestartQuorum',
  'RebuildFromSurvivor',
  'RestoreFromSnapshot',
  'ReclaimSpace',
  'ReplaceVolume',
];
const tells = /\b(expectRecovered|expectReplaced)\(/;

/** About what becomes of operators, not of what broke. */
const ofOperators = (name: string): boolean => name.includes('/etcd-operator-');

const carriesOut = (text: string): boolean =>
  text.includes("'Succeeded'") && repairs.some((action) => text.includes(`'${action}'`));

/** The text of a scenario's file, and that of the supports that it imports. */
const withSupports = (folder: string, text: string): string =>
  [text, ...[...text.matchAll(/'([./]+\/support\/[\w-]+\.ts)'/g)].map(([, path = '']) => read(folder, path))].join();

describe('scenarios in which an etcd is repaired', () => {
  const folders = ['parallel', 'serial', 'thorough/parallel', 'thorough/serial'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(e2e, folder)).map((name) => [`${folder}/${name}`, read(folder, name), folder] as const),
  );
  const repairing = files.filter(([name, text]) => carriesOut(text) && !ofOperators(name));

  it('are there for every repair', () => {
    const all = repairing.map(([, text]) => text).join();
    expect(repairs.filter((action) => !all.includes(`'${action}'`))).toEqual([]);
  });

  it.each(repairing)('%s sees what was lost, and tells it in the report', (_name, text, folder) => {
    expect(tells.test(withSupports(folder, text))).toBe(true);
  });
});
