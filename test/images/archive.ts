import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from '../cluster/process.ts';

/** A file of an image: where it comes from or what it says, its absolute path inside and its mode. */
export interface ImageFile {
  path: string;
  mode: number;
  from: { copyOf: string } | { text: string };
}

/** What distinguishes one image of an archive: its name and how it runs. */
export interface Image {
  tag: string;
  env: Record<string, string>;
  /** Default: root. */
  user?: string;
  entrypoint?: string[];
  command?: string[];
  /** Default: `/`. */
  workingDir?: string;
}

/** One image inside an archive. `imageId` is the digest of its config: the same id means the same image. */
export interface PackedImage {
  tag: string;
  tarPath: string;
  imageId: string;
}

/**
 * Writes a docker-archive, as `ctr images import` and `docker load` read it: one layer built from `files` on nothing,
 * and one image per entry of `images`, which differ in how they run only. The result depends on the input alone:
 * every time stamp is zero, every owner root, every list sorted. Needs GNU tar.
 */
export async function packImages(tarPath: string, files: ImageFile[], images: Image[]): Promise<PackedImage[]> {
  await mkdir(dirname(tarPath), { recursive: true });
  const work = await mkdtemp(`${tarPath}.`);
  try {
    return await packInto(work, tarPath, files, images);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function packInto(work: string, tarPath: string, files: ImageFile[], images: Image[]): Promise<PackedImage[]> {
  const layerDir = join(work, 'layer');
  const outer = join(work, 'archive');
  await mkdir(join(layerDir, 'tmp'), { recursive: true });
  await chmod(join(layerDir, 'tmp'), 0o1777);
  await mkdir(outer, { recursive: true });
  for (const file of files) {
    const target = join(layerDir, file.path);
    await mkdir(dirname(target), { recursive: true });
    await ('copyOf' in file.from ? copyFile(file.from.copyOf, target) : writeFile(target, file.from.text));
    await chmod(target, file.mode);
  }
  const layer = join(outer, 'layer.tar');
  await tar(layerDir, layer);
  const diffId = await sha256(layer);
  const manifest: object[] = [];
  const packed: PackedImage[] = [];
  for (const image of images) {
    const config = JSON.stringify({
      architecture: arch() === 'x64' ? 'amd64' : arch(),
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: {
        Env: Object.entries(image.env).map(([name, value]) => `${name}=${value}`),
        WorkingDir: image.workingDir ?? '/',
        User: image.user, // what is undefined is left out
        Entrypoint: image.entrypoint,
        Cmd: image.command,
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
      history: [{ created: '1970-01-01T00:00:00Z', comment: image.tag }],
    });
    const imageId = createHash('sha256').update(config).digest('hex');
    await writeFile(join(outer, `${imageId}.json`), config);
    manifest.push({ Config: `${imageId}.json`, RepoTags: [image.tag], Layers: ['layer.tar'] });
    packed.push({ tag: image.tag, tarPath, imageId: `sha256:${imageId}` });
  }
  await writeFile(join(outer, 'manifest.json'), JSON.stringify(manifest));
  const fresh = join(work, 'archive.tar');
  await tar(outer, fresh);
  await rename(fresh, tarPath);
  return packed;
}

/** GNU tar of a folder's content, the same bytes for the same content. */
async function tar(folder: string, target: string): Promise<void> {
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  await run('tar', [...same, '-cf', target, '-C', folder, '.']);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
