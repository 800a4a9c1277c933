import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, withLock } from '../cluster/cache.ts';
import { run } from '../cluster/process.ts';
import { ensurePrograms, programVersion } from '../cluster/programs.ts';
import { packImages, type ImageFile, type PackedImage } from './archive.ts';

/** The image of a plain etcd, as named in etcd.yaml. */
export const etcdImage = async (): Promise<string> => `localhost/etcd:${await programVersion('etcd')}`;

/**
 * The releases of which there is an image of the stand-in: every generation of Milvus' session code (profile.go), and
 * for the generations the tests use most a second one to upgrade to.
 */
export const standInReleases = [
  ...['2.2.8', '2.2.14', '2.3.3', '2.4.15', '2.5.10', '2.5.11', '2.6.0', '2.6.5', '2.6.6', '2.6.7'],
  ...['2.6.13', '2.6.15', '3.0.0'],
];

/** A release that ends with code 1 at start: a standby that never comes up. */
export const brokenRelease = '2.5.12-broken';

/** The image of one release, `localhost/milvus-standin:v2.5.10`. */
export const standInImage = (release: string): string => `localhost/milvus-standin:v${release}`;

/**
 * Builds the stand-in for Milvus and the image of etcd as docker-archives in a folder. All releases of the stand-in are
 * one layer and so one archive: a `tarPath` comes with several tags, import it once. What has not changed comes out
 * with the same `imageId` and the same bytes.
 * @throws CommandError when the Go toolchain or GNU tar is missing or a build fails.
 */
export async function buildStandInImages(outDir: string): Promise<PackedImage[]> {
  return withLock(cacheFolder('images', '.stand-ins.lock'), () => buildAlone(outDir));
}

async function buildAlone(outDir: string): Promise<PackedImage[]> {
  await mkdir(outDir, { recursive: true });
  const standIn = await packImages(join(outDir, 'milvus-standin.tar'), await milvusFiles(), milvusImages());
  const { etcd, etcdctl, etcdutl } = await ensurePrograms(['etcd', 'etcdctl', 'etcdutl']);
  const binaries = Object.entries({ etcd, etcdctl, etcdutl });
  const files = binaries.map(([name, source]) => program(`/usr/local/bin/${name}`, 0o755, source));
  const env = { PATH: '/usr/local/bin', ETCDCTL_API: '3' };
  const plain = await packImages(join(outDir, 'etcd.tar'), [...base, ...files], [{ tag: await etcdImage(), env }]);
  return [...standIn, ...plain];
}

const program = (path: string, mode: number, copyOf: string): ImageFile => ({ path, mode, from: { copyOf } });

const base: ImageFile[] = [
  { path: '/etc/passwd', mode: 0o644, from: { text: 'root:x:0:0:root:/:/sbin/nologin\n' } },
  { path: '/etc/group', mode: 0o644, from: { text: 'root:x:0:\n' } },
];

/** Builds the stand-in for Milvus. @returns the program's path. @throws CommandError when the build fails. */
export async function standInProgram(): Promise<string> {
  await mkdir(cacheFolder('images'), { recursive: true });
  const built = cacheFolder('images', 'milvus-standin');
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w -buildid='];
  await run('go', ['build', ...flags, '-o', built, '.'], {
    cwd: join(import.meta.dirname, 'coordinator'),
    env: { CGO_ENABLED: '0', GOWORK: 'off' },
  });
  return built;
}

/** The program is root's with mode 0774 as in the stock image: another user cannot start it. */
async function milvusFiles(): Promise<ImageFile[]> {
  return [...base, program('/milvus/bin/milvus', 0o774, await standInProgram())];
}

/** No entrypoint, so that `args: [milvus, run, rootcoord]` works as with the stock image. */
function milvusImages(): { tag: string; env: Record<string, string> }[] {
  const env = (release: string) => ({ PATH: '/milvus/bin:/usr/bin:/bin', MILVUS_STANDIN_VERSION: release });
  const images = standInReleases.map((release) => ({ tag: standInImage(release), env: env(release) }));
  const broken = { ...env(brokenRelease), MILVUS_STANDIN_FAIL: 'exit1' };
  return [...images, { tag: standInImage(brokenRelease), env: broken }];
}

if (import.meta.main) {
  const outDir = process.argv[2] ?? cacheFolder('images');
  for (const image of await buildStandInImages(outDir)) console.log(`${image.tag} ${image.imageId} ${image.tarPath}`);
}
