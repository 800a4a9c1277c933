import { realpath } from 'node:fs/promises';
import { run } from '../cluster/process.ts';
import type { ImageFile } from './archive.ts';

/** A file of this machine that can be run in the image. */
export const executable = (path: string, copyOf: string): ImageFile => ({ path, mode: 0o755, from: { copyOf } });

/** Programs of this machine by name, each in /usr/bin of the image, a shell in /bin as well, with their libraries. */
export async function toolFiles(names: readonly string[]): Promise<ImageFile[]> {
  const sources = await Promise.all(names.map(sourceOf));
  return [
    ...names.map((name, index) => executable(`/usr/bin/${name}`, sources[index] ?? '')),
    ...(await Promise.all(
      ['bash', 'sh']
        .filter((shell) => names.includes(shell))
        .map(async (shell) => executable(`/bin/${shell}`, await sourceOf(shell))),
    )),
    ...(await libraryFiles(sources)),
  ];
}

/** The shared libraries that binaries of this machine load, each at the place where the loader looks for it. */
export async function libraryFiles(binaries: readonly string[]): Promise<ImageFile[]> {
  const listed = await run('ldd', binaries);
  const libraries = new Set(listed.match(/\/\S+\.so\S*/g));
  return [...libraries].sort().map((path) => executable(path, path));
}

/** The file behind a tool's name, which may be a link. */
async function sourceOf(name: string): Promise<string> {
  return realpath((await run('which', [name])).trim());
}
