import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder, progress, withLock } from './cache.ts';
import { ensureDebianPackages, imagePackages } from './packages.ts';
import { run } from './process.ts';

/** The base every image here is built upon: Debian 12, made from the machine's package archive. */
export const baseImage = 'localhost/debian:12';

/** How to build an image. */
export interface BuildOptions {
  /** The Dockerfile, when it is not `Dockerfile` in the context. */
  readonly dockerfile?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const storage = () => cacheFolder('images', 'storage');

/** Storage of its own: images of the machine's user are neither seen nor touched. */
function buildah(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const place = ['--root', storage(), '--runroot', join(storage(), 'run'), '--storage-driver', 'overlay'];
  // Without skip_mount_home a mount of the storage folder upon itself stays behind.
  return run('buildah', [...place, '--storage-opt', 'overlay.skip_mount_home=true', ...args], {
    env: { BUILDAH_ISOLATION: 'chroot' },
    signal,
  });
}

/**
 * Builds a Dockerfile and gives the path of a docker-archive for `Cluster.loadImage`. Layers are kept, so a build
 * without changes takes seconds. The Dockerfile names its base by the build argument BASE, which is `baseImage` unless
 * told otherwise.
 * @throws CommandError with the builder's last lines.
 */
export async function buildImage(contextFolder: string, tag: string, options: BuildOptions = {}): Promise<string> {
  await ensureDebianPackages(imagePackages);
  const buildArgs = { BASE: baseImage, ...options.buildArgs };
  return withLock(cacheFolder('images', '.lock'), async () => {
    await buildah(['rm', '--all'], options.signal); // working containers of an interrupted build hold mounts
    if (buildArgs.BASE === baseImage) await ensureBaseImage(options.signal);
    progress(`building the image ${tag}`);
    const named = Object.entries(buildArgs).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
    const file = options.dockerfile === undefined ? [] : ['--file', options.dockerfile];
    const build = [
      'bud',
      '--layers',
      '--format',
      'docker',
      '--pull-never',
      ...named,
      ...file,
      '--tag',
      tag,
      contextFolder,
    ];
    await buildah(build, options.signal);
    return archiveOf(tag, options.signal);
  });
}

/** Writes the image out, unless exactly this one already is; older archives of the tag are removed. */
async function archiveOf(tag: string, signal?: AbortSignal): Promise<string> {
  const id = (await buildah(['inspect', '--type', 'image', '--format', '{{.FromImageID}}', tag], signal)).trim();
  const prefix = `${tag.replaceAll(/[^a-zA-Z0-9.]+/g, '-')}@`;
  const target = cacheFolder('images', `${prefix}${id.slice(0, 12)}.tar`);
  if (await exists(target)) return target;
  const folder = dirname(target);
  for (const old of await readdir(folder)) if (old.startsWith(prefix)) await rm(join(folder, old));
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { force: true });
  await buildah(['push', '--quiet', tag, `docker-archive:${unfinished}:${tag}`], signal);
  await rename(unfinished, target);
  return target;
}

async function ensureBaseImage(signal?: AbortSignal): Promise<void> {
  await mkdir(storage(), { recursive: true });
  const images = await buildah(['images', '--format', '{{.Name}}:{{.Tag}}'], signal);
  if (images.split('\n').includes(baseImage)) return;
  progress('making the Debian base image (once; about 60 s)');
  const work = await mkdtemp(join(tmpdir(), 'debian-base-'));
  try {
    const tar = join(work, 'base.tar');
    await run('mmdebstrap', ['--variant=minbase', 'bookworm', tar], { signal });
    const container = (await buildah(['from', 'scratch'], signal)).trim();
    await buildah(['add', container, tar, '/'], signal);
    await buildah([
      'config',
      '--cmd',
      '/bin/bash',
      '--env',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      container,
    ]);
    await buildah(['commit', '--format', 'docker', '--rm', '--quiet', container, baseImage], signal);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
