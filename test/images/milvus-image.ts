import { createHash } from 'node:crypto';
import { access, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheFolder, progress, withLock } from '../cluster/cache.ts';
import { ensureDebianPackages } from '../cluster/packages.ts';
import { run } from '../cluster/process.ts';
import { packImages, type Image, type ImageFile } from './archive.ts';
import { ensureMilvusServer, milvusConfiguration, type MilvusRelease, type MilvusServer } from './milvus-server.ts';

/** The image of the real server of a release. */
export const milvusImage = (release: MilvusRelease): string => `localhost/milvusdb/milvus:v${release}`;

/**
 * Gives an image of the real server as a docker-archive, made once: laid out as the stock image (tini, /milvus with
 * bin, lib and configs, root's program), with this machine's C library and the configuration of `milvusConfiguration`.
 * The program is PATH's `milvus`, so `args: [milvus, run, rootcoord]` work.
 * @returns the path of the archive; another content has another path.
 * @throws Error as `ensureMilvusServer`.
 */
export async function ensureMilvusImage(release: MilvusRelease): Promise<string> {
  const server = await ensureMilvusServer(release);
  await ensureDebianPackages(['tini']);
  const files = [...(await serverFiles(server)), ...(await systemFiles(server)), ...textFiles(release)];
  const image = describe(release);
  const archive = cacheFolder('images', `milvus-${release}-${await inputDigest(server, files, image)}.tar`);
  return withLock(cacheFolder('images', `.milvus-${release}.lock`), async () => {
    if (await exists(archive)) return archive;
    await mkdir(dirname(archive), { recursive: true });
    for (const old of await readdir(dirname(archive)))
      if (old.startsWith(`milvus-${release}-`)) await rm(join(dirname(archive), old), { recursive: true });
    progress(`building the image ${image.tag}`);
    await packImages(archive, files, [image]);
    return archive;
  });
}

/** Where the stock image has its things. */
const home = '/milvus';

function describe(release: MilvusRelease): Image {
  return {
    tag: milvusImage(release),
    env: { PATH: `${home}/bin:/usr/bin:/bin`, LD_LIBRARY_PATH: `${home}/lib` },
    entrypoint: ['/tini', '--'],
    workingDir: home,
  };
}

const copy = (path: string, mode: number, copyOf: string): ImageFile => ({ path, mode, from: { copyOf } });

/** Another user than root cannot start the program, as in the stock image. */
async function serverFiles({ program, libraries }: MilvusServer): Promise<ImageFile[]> {
  const names = (await readdir(libraries)).filter((name) => name !== basename(program)).sort();
  return [
    copy(`${home}/bin/milvus`, 0o774, program),
    ...names.map((name) => copy(`${home}/lib/${name}`, 0o755, join(libraries, name))),
  ];
}

/** tini, and what the server takes from the system: the C library with its loader and its lookup of host names. */
async function systemFiles({ program, libraries }: MilvusServer): Promise<ImageFile[]> {
  const listed = await run('ldd', [program], { env: { LD_LIBRARY_PATH: libraries } });
  const fromSystem = (listed.match(/\/\S+\.so\S*/g) ?? []).filter((path) => dirname(path) !== libraries);
  const folder = dirname(
    fromSystem.find((path) => basename(path) === 'libc.so.6') ?? '/lib/x86_64-linux-gnu/libc.so.6',
  );
  const lookup = ['libnss_dns.so.2', 'libnss_files.so.2'].map((name) => join(folder, name));
  const all = [...new Set([...fromSystem, ...lookup])].sort();
  return [copy('/tini', 0o755, '/usr/bin/tini-static'), ...all.map((path) => copy(path, 0o755, path))];
}

function textFiles(release: MilvusRelease): ImageFile[] {
  const text = (path: string, content: string): ImageFile => ({ path, mode: 0o644, from: { text: content } });
  return [
    text(`${home}/configs/milvus.yaml`, milvusConfiguration(release)),
    text(`${home}/configs/glog.conf`, '--logtostderr=true\n'), // query and index nodes end without one
    text('/etc/passwd', 'root:x:0:0:root:/:/sbin/nologin\n'),
    text('/etc/group', 'root:x:0:\n'),
    text('/etc/nsswitch.conf', 'hosts: files dns\n'),
  ];
}

/** What tells one image from another without reading it: the server by its pinned hash, the system's files by their size. */
async function inputDigest(server: MilvusServer, files: readonly ImageFile[], image: Image): Promise<string> {
  const told = files.map(async ({ path, mode, from }) => {
    if ('text' in from) return [path, mode, from.text];
    return [path, mode, from.copyOf.startsWith(server.libraries) ? '' : (await stat(from.copyOf)).size];
  });
  const text = JSON.stringify([server.digest, image, await Promise.all(told)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
