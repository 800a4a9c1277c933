import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The shell files in scripts/ that do something; the others are read in by these. Each file says what it is told. */
export const scriptNames = [
  'clear-member-id',
  'set-aside',
  'inspect',
  'save-from-survivor',
  'make-source',
  'prepare',
  'flip',
  'list-old',
  'remove-old',
  'save-snapshot',
  'check-tools',
] as const;

/** One of them. */
export type ScriptName = (typeof scriptNames)[number];

/** Beside this file, and beside the bundle. */
const folder = join(import.meta.dirname, 'scripts');

/**
 * The text of a script for `bash -c`: with the files that it reads in put where it does so, and without its comments,
 * for it becomes part of a pod.
 */
export function scriptText(name: ScriptName): string {
  return withSources(readScript(`${name}.sh`))
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\n{2,}/g, '\n');
}

function withSources(text: string): string {
  return text.replaceAll(/^source "\$\{BASH_SOURCE\[0\]%\/\*\}\/([a-z-]+\.sh)"$/gm, (_line, file: string) =>
    withSources(readScript(file)),
  );
}

function readScript(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}
