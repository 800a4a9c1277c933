/**
 * Builds the operator's image from the Dockerfile into build/image.tar, a docker-archive. With Docker where its daemon
 * answers; else with buildah upon a Debian made on this machine, so that no image registry is needed.
 *
 *     node scripts/image.ts [--version 1.2.3]
 */
import { execFile } from 'node:child_process';
import { copyFile, cp, link, mkdir, mkdtemp, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { buildImage } from '../test/cluster/build-image.ts';
import { packageVersion, root } from './support/project.ts';

const execute = promisify(execFile);
const archive = join(root, 'build', 'image.tar');
const nodeImage = 'localhost/node:24';
const runtimeImage = 'localhost/node-distroless:24';
const nodeBuildImage = 'localhost/node-build:24';
const certificates = '/etc/ssl/certs/ca-certificates.crt';

async function dockerWorks(): Promise<boolean> {
  try {
    await execute('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

async function buildWithDocker(tag: string, version: string): Promise<void> {
  await execute('docker', ['build', '--build-arg', `VERSION=${version}`, '--tag', tag, root], { maxBuffer: 2 ** 26 });
  await execute('docker', ['save', '--output', archive, tag]);
}

async function buildWithBuildah(tag: string, version: string): Promise<void> {
  await buildNodeImages();
  const buildArgs = { BUILD_IMAGE: nodeBuildImage, RUNTIME_IMAGE: runtimeImage, VERSION: version };
  await linkOrCopy(await buildImage(root, tag, { buildArgs }), archive);
}

/** Both base images come from what this machine runs: the node of node_modules, its libraries, the npm on PATH. */
async function buildNodeImages(): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'node-image-'));
  try {
    await linkOrCopy(join(root, 'node_modules', 'node', 'bin', 'node'), join(context, 'node'));
    await buildImage(context, nodeImage, { dockerfile: join(root, 'scripts/image/node.Dockerfile') });
    await cp(await npmFolder(), join(context, 'npm'), { recursive: true });
    await copyFile(certificates, join(context, 'ca-certificates.crt'));
    for (const [tag, file] of [
      [runtimeImage, 'distroless.Dockerfile'],
      [nodeBuildImage, 'node-build.Dockerfile'],
    ] as const)
      await buildImage(context, tag, { dockerfile: join(root, 'scripts/image', file), buildArgs: { BASE: nodeImage } });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

async function npmFolder(): Promise<string> {
  const { stdout } = await execute('sh', ['-c', 'command -v npm']);
  return dirname(dirname(await realpath(stdout.trim())));
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  const unfinished = `${to}.unfinished`;
  await rm(unfinished, { force: true });
  await link(from, unfinished).catch(() => copyFile(from, unfinished));
  await rename(unfinished, to);
}

const { values } = parseArgs({ options: { version: { type: 'string' } } });
const version = values.version ?? (await packageVersion());
const tag = `localhost/coordinator-pair-operator:${version}`;
await mkdir(dirname(archive), { recursive: true });
await ((await dockerWorks()) ? buildWithDocker(tag, version) : buildWithBuildah(tag, version));
process.stdout.write(`${tag} ${archive}\n`);
