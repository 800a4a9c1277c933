import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, withLock } from '../cluster/cache.ts';
import { ensureDebianPackages } from '../cluster/packages.ts';
import { ensurePrograms, type AnyProgramName } from '../cluster/programs.ts';
import { packImages, type Image, type ImageFile, type PackedImage } from './archive.ts';
import { executable, toolFiles } from './host-files.ts';

/** The image that Milvus' charts install since 3.0.27: no member_id file, its preStop does nothing. */
export const milvusEtcdImage = 'localhost/milvusdb/etcd:3.5.35-standin';

/** The image of before, to mid 2022: keeps a member_id file, and its preStop removes the member. */
export const bitnamiEtcdImage = 'localhost/bitnami/etcd:3.5.4-debian-10-r0';

/** The releases of etcd that there are images of: now, and what Milvus' charts installed from 2023 and from 2021 on. */
export const etcdReleases = ['3.5.35', '3.5.5', '3.5.0'] as const;

/** A release of etcd that there are images of. */
export type EtcdRelease = (typeof etcdReleases)[number];

/**
 * The image that stands for milvusdb's, or for bitnami's of before, with that release. Those of 3.5.0 and 3.5.5 have no
 * etcdutl, as the real ones before 3.5.16-r1.
 */
export function startUpImage(generation: 'M' | 'G1', release: EtcdRelease): string {
  switch (release) {
    case '3.5.0':
      return generation === 'M' ? 'localhost/milvusdb/etcd:3.5.0-r7' : 'localhost/bitnami/etcd:3.5.0-debian-10-r24';
    case '3.5.5':
      return generation === 'M' ? 'localhost/milvusdb/etcd:3.5.5-r4' : 'localhost/bitnami/etcd:3.5.5-debian-10-r0';
    case '3.5.35':
      return generation === 'M' ? milvusEtcdImage : bitnamiEtcdImage;
  }
}

const scripts = '/opt/bitnami/scripts/etcd';
const programs = '/opt/bitnami/etcd/bin';

/** What the scripts, and whoever looks after data in a container of the image, call: taken from this machine. */
const tools = [
  ...['bash', 'sh', 'env', 'id', 'sleep', 'date', 'timeout', 'kill'],
  ...['cat', 'cp', 'mv', 'rm', 'ls', 'ln', 'mkdir', 'rmdir', 'mktemp', 'chmod', 'chown', 'touch', 'truncate', 'dd'],
  ...['stat', 'du', 'df', 'sync', 'sha256sum', 'od', 'basename', 'dirname', 'readlink'],
  ...['grep', 'sed', 'awk', 'cut', 'head', 'tail', 'sort', 'uniq', 'tr', 'wc', 'getent'],
];
const toolPackages = ['bash', 'dash', 'coreutils', 'grep', 'sed', 'mawk', 'libc-bin', 'procps', 'debianutils', 'tar'];

/**
 * Builds the images of an etcd with start-up scripts, those of one release as one docker-archive: real etcd, etcdctl and
 * etcdutl laid out as in the images that they stand for, run as user 1001, with scripts of our own (etcd/) that do, print
 * and end as theirs.
 * @throws CommandError when GNU tar is missing or a program can't be built.
 */
export async function buildEtcdImages(outDir: string, releases: readonly EtcdRelease[]): Promise<PackedImage[]> {
  await ensureDebianPackages(toolPackages);
  await mkdir(outDir, { recursive: true });
  const common = [...(await scriptFiles()), ...(await toolFiles(tools)), ...accounts];
  return withLock(cacheFolder('images', '.etcd-start-up.lock'), async () => {
    const packed: PackedImage[] = [];
    for (const release of releases) {
      const files = [...(await programFiles(programNames[release])), ...common];
      const images = [image('M', release), image('G1', release)];
      const archive = release === '3.5.35' ? 'etcd-start-up.tar' : `etcd-start-up-${release}.tar`;
      packed.push(...(await packImages(join(outDir, archive), files, images)));
    }
    return packed;
  });
}

/** What is in the images of each release. */
const programNames: Readonly<Record<EtcdRelease, readonly AnyProgramName[]>> = {
  '3.5.35': ['etcd', 'etcdctl', 'etcdutl'],
  '3.5.5': ['etcd-3.5.5', 'etcdctl-3.5.5'],
  '3.5.0': ['etcd-3.5.0', 'etcdctl-3.5.0'],
};

function image(generation: 'M' | 'G1', release: EtcdRelease): Image {
  return {
    tag: startUpImage(generation, release),
    env: { PATH: `${programs}:/usr/bin:/bin`, ETCDCTL_API: '3', STANDIN_GENERATION: generation },
    user: '1001',
    entrypoint: [`${scripts}/entrypoint.sh`],
    command: [`${scripts}/run.sh`],
  };
}

const accounts: ImageFile[] = [
  { path: '/etc/passwd', mode: 0o644, from: { text: 'root:x:0:0:root:/:/bin/bash\n' } },
  { path: '/etc/group', mode: 0o644, from: { text: 'root:x:0:\n' } },
  { path: '/etc/nsswitch.conf', mode: 0o644, from: { text: 'hosts: files dns\n' } },
];

async function programFiles(names: readonly AnyProgramName[]): Promise<ImageFile[]> {
  const built = await ensurePrograms(names);
  return Object.entries(built).map(([name, source]) => executable(`${programs}/${name.split('-')[0]}`, source));
}

async function scriptFiles(): Promise<ImageFile[]> {
  const folder = join(import.meta.dirname, 'etcd');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sh'));
  return names.sort().map((name) => executable(`${scripts}/${name}`, join(folder, name)));
}

if (import.meta.main) {
  const outDir = process.argv[2] ?? cacheFolder('images');
  for (const { tag, imageId, tarPath } of await buildEtcdImages(outDir, etcdReleases))
    console.log(`${tag} ${imageId} ${tarPath}`);
}
