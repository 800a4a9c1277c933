import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { root } from '../../scripts/support/project.ts';

/** What jest says of one file of tests; its other fields are left out. */
export interface FileResult {
  /** The file's path. */
  readonly name: string;
  readonly status: 'passed' | 'failed';
  /** Empty: the file could not be run. */
  readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
}

/** The counts that scripts/test.ts reads, in jest's words, and the files they are counted from. */
export interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
  /** Tests that failed at the first try and passed at the second, each with its file. */
  readonly passedAtSecondTry: readonly string[];
  readonly testResults: readonly FileResult[];
}

/** Where jest writes what became of a group. */
export const groupResults = (name: string): string => join(root, 'build', `jest-${name}.json`);

/** What became of the files of a group. @throws Error when jest wrote nothing: it could not even begin. */
export async function readResults(name: string): Promise<readonly FileResult[]> {
  return (JSON.parse(await readFile(groupResults(name), 'utf8')) as Results).testResults;
}

/** Writes what became of all files of a layer. */
export async function writeResults(layer: string, results: Results): Promise<void> {
  await writeFile(groupResults(layer), `${JSON.stringify(results)}\n`);
}

/** Whether there were files, and none failed. */
export const allPassed = ({ testResults }: Results): boolean =>
  testResults.length > 0 && testResults.every(({ status }) => status === 'passed');

/** Files that were played again count as they did the second time. */
export function count(first: readonly FileResult[], again: readonly FileResult[]): Results {
  const second = new Map(again.map((file) => [file.name, file]));
  const testResults = first.map((file) => second.get(file.name) ?? file);
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const numPassedTests = tests.filter(({ status }) => status === 'passed').length;
  const numFailedTests = tests.filter(({ status }) => status === 'failed').length;
  return {
    numPassedTests,
    numFailedTests,
    numPendingTests: tests.length - numPassedTests - numFailedTests,
    numRuntimeErrorTestSuites: testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    ).length,
    passedAtSecondTry: first.flatMap((file) => passedLater(file, second.get(file.name))),
    testResults,
  };
}

function passedLater(before: FileResult, after: FileResult | undefined): readonly string[] {
  const file = relative(root, before.name);
  if (after?.status !== 'passed') return [];
  return failures(before).map((title) => (title === before.name ? file : `${file}: ${title}`));
}

/** The titles of what failed in a file, or the file itself when it could not be run. */
export function failures(file: FileResult): readonly string[] {
  const titles = file.assertionResults.filter(({ status }) => status === 'failed').map(({ title }) => title);
  return titles.length > 0 || file.status === 'passed' ? titles : [file.name];
}
