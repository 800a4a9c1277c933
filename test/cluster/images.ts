import { createHash } from 'node:crypto';
import { access, chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { containerdCtl } from './node.ts';
import { pauseImage } from './node-config.ts';
import type { NodePlan } from './plan.ts';
import { ensurePrograms } from './programs.ts';
import { run } from './process.ts';

/** An image of a few files, made without any builder. */
export interface PackedImage {
  /** For instance `localhost/pause:1`: images named localhost/ are never pulled. */
  readonly tag: string;
  /** Path inside the image -> file on this machine. All become executable. */
  readonly files: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly string[];
}

/** Puts files into a docker-archive: one layer, its configuration and a manifest. */
export async function packImage(image: PackedImage, target: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'pack-image-'));
  try {
    const root = join(work, 'root');
    for (const [inside, outside] of Object.entries(image.files)) {
      const place = join(root, inside);
      await mkdir(dirname(place), { recursive: true });
      await copyFile(outside, place);
      await chmod(place, 0o755);
    }
    await mkdir(join(root, 'tmp'), { recursive: true });
    const sameEverywhere = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
    await run('tar', [...sameEverywhere, '-cf', join(work, 'layer.tar'), '-C', root, '.']);
    const digest = createHash('sha256')
      .update(await readFile(join(work, 'layer.tar')))
      .digest('hex');
    const config = JSON.stringify({
      architecture: { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch,
      os: 'linux',
      config: {
        Entrypoint: image.entrypoint,
        Cmd: image.command,
        Env: image.env ?? ['PATH=/usr/local/bin:/usr/bin:/bin'],
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    });
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    await writeFile(join(work, configName), config);
    const manifest = [{ Config: configName, RepoTags: [image.tag], Layers: ['layer.tar'] }];
    await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest));
    await mkdir(dirname(target), { recursive: true });
    const unfinished = `${target}.${process.pid}`;
    await run('tar', ['-cf', unfinished, '-C', work, 'manifest.json', configName, 'layer.tar']);
    await rename(unfinished, target);
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The archive of our pause image. */
export async function ensurePauseArchive(): Promise<string> {
  const target = cacheFolder('images', 'pause-1.tar');
  const made = await access(target).then(
    () => true,
    () => false,
  );
  if (made) return target;
  const { pause } = await ensurePrograms(['pause']);
  return packImage({ tag: pauseImage, files: { '/pause': pause }, entrypoint: ['/pause'] }, target);
}

/** Brings an image into the containerd of each of these nodes. */
export async function importImage(nodes: readonly NodePlan[], archive: string, signal?: AbortSignal): Promise<void> {
  await Promise.all(nodes.map((node) => containerdCtl(node, ['images', 'import', archive], signal)));
}
