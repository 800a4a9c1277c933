import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './project.ts';

/**
 * The licences of the packages that files of a bundle come from, as one text: the licences ask to be passed on with the
 * code.
 *
 * @param files paths relative to the checkout, as esbuild lists them.
 */
export async function licencesOf(files: readonly string[]): Promise<string> {
  const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []));
  const texts = await Promise.all([...folders].sort().map(licenceOf));
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

function packageFolder(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

async function licenceOf(folder: string): Promise<string> {
  const path = join(root, folder);
  const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const files = (await readdir(path)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(path, file), 'utf8')));
  return [`${name} ${version} (${license ?? 'see below'})\n`, ...texts].join('\n');
}
