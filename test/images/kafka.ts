import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder, progress, withLock } from '../cluster/cache.ts';
import { ensureDebianPackages } from '../cluster/packages.ts';
import { run } from '../cluster/process.ts';
import { packImages, type ImageFile } from './archive.ts';
import { executable, libraryFiles, toolFiles } from './host-files.ts';

/** The release of Kafka in the image; kafka/pom.xml pins it, with everything that it needs. */
export const kafkaRelease = '3.6.1';

/** The image of Kafka. */
export const kafkaImage = `localhost/kafka:${kafkaRelease}`;

/** The Debian packages behind the image: Java for the broker, Maven to fetch it. Debian's default Java is 17 or newer since release 12. */
export const kafkaPackages = ['default-jre-headless', 'maven', 'dash'];

/** Where the package default-jre-headless puts its Java. */
const javaHome = '/usr/lib/jvm/default-java';

/** What of a Java a broker needs: the rest is for desktops, debuggers and compilers. */
const javaFiles = [
  'bin/java',
  ...['conf/net.properties', 'conf/security', 'lib/security'],
  ...['lib/modules', 'lib/jvm.cfg', 'lib/tzdb.dat', 'lib/server', 'lib/libjli.so', 'lib/libjimage.so'],
  ...['lib/libjava.so', 'lib/libnet.so', 'lib/libextnet.so', 'lib/libnio.so', 'lib/libzip.so', 'lib/libverify.so'],
  ...['lib/libmanagement.so', 'lib/libmanagement_ext.so', 'lib/libprefs.so', 'lib/libjaas.so', 'lib/libinstrument.so'],
];

/**
 * Gives an image of Kafka as a docker-archive, made once: the broker from Maven Central (41 MB), the Java of this machine,
 * and scripts at the places that apache/kafka has them at, so that the same manifests run either.
 * @returns the path of the archive; another content has another path.
 * @throws Error where Debian packages can't be installed; CommandError when Maven can't fetch the broker.
 */
export async function ensureKafkaImage(): Promise<string> {
  await ensureDebianPackages(kafkaPackages);
  const folder = cacheFolder('images');
  await mkdir(folder, { recursive: true });
  return withLock(cacheFolder('images', '.kafka.lock'), async () => {
    const archive = join(folder, `${prefix}${await inputDigest()}.tar`);
    if (await exists(archive)) return archive;
    for (const old of await readdir(folder))
      if (old.startsWith(prefix)) await rm(join(folder, old), { recursive: true });
    const jars = await filesOf(await ensureBroker(), '/opt/kafka/libs');
    progress(`building the image ${kafkaImage}`);
    const files = [...jars, ...(await scriptFiles()), ...(await javaRuntime()), ...accounts];
    await packImages(archive, files, [{ tag: kafkaImage, env: { PATH: '/opt/java/bin:/usr/bin:/bin' } }]);
    return archive;
  });
}

const prefix = `kafka-${kafkaRelease}-`;
const pom = join(import.meta.dirname, 'kafka', 'pom.xml');
const scriptFolder = join(import.meta.dirname, 'kafka', 'bin');

/** What tells one image from another without reading it: this file, what it pins, and the release of Java. */
async function inputDigest(): Promise<string> {
  const scripts = (await readdir(scriptFolder)).sort().map((name) => join(scriptFolder, name));
  const inputs = [import.meta.filename, pom, ...scripts, join(javaHome, 'release')];
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(await readFile(input));
  return hash.digest('hex').slice(0, 12);
}

/** @returns the folder with the jars. */
async function ensureBroker(): Promise<string> {
  const folder = cacheFolder('kafka', kafkaRelease);
  if (await exists(folder)) return folder;
  progress(`fetching Kafka ${kafkaRelease} from Maven Central (once; 41 MB)`);
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const quiet = ['--batch-mode', '--quiet', '--no-transfer-progress', '--strict-checksums', '--file', pom];
  await run('mvn', [...quiet, 'dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`], {
    timeoutMs: 600_000,
  });
  await rename(unfinished, folder);
  return folder;
}

const accounts: ImageFile[] = [
  { path: '/etc/passwd', mode: 0o644, from: { text: 'root:x:0:0:root:/:/bin/sh\nappuser:x:1000:1000::/:/bin/sh\n' } },
  { path: '/etc/group', mode: 0o644, from: { text: 'root:x:0:\nappuser:x:1000:\n' } },
  { path: '/etc/nsswitch.conf', mode: 0o644, from: { text: 'hosts: files dns\n' } },
];

async function scriptFiles(): Promise<ImageFile[]> {
  const ours = await filesOf(scriptFolder, '/opt/kafka/bin');
  return [...ours.map((file) => ({ ...file, mode: 0o755 })), ...(await toolFiles(['sh']))];
}

async function javaRuntime(): Promise<ImageFile[]> {
  const files = await Promise.all(javaFiles.map((name) => filesOf(join(javaHome, name), `/opt/java/${name}`)));
  const binaries = files.flat().flatMap(({ from }) => ('copyOf' in from && isBinary(from.copyOf) ? [from.copyOf] : []));
  // Java finds its own libraries beside itself.
  const foreign = (await libraryFiles(binaries)).filter(({ path }) => !path.startsWith('/usr/lib/jvm/'));
  const libc = foreign.find(({ path }) => path.endsWith('/libc.so.6'));
  if (libc === undefined) throw new Error(`the Java in ${javaHome} is not linked with this system's C library`);
  const threads = join(dirname(libc.path), 'libpthread.so.0'); // of the compression that Milvus uses, zstd, inside a jar
  const java = executable('/opt/java/bin/java', join(javaHome, 'bin/java'));
  return [...files.flat().filter(({ path }) => path !== java.path), java, ...foreign, executable(threads, threads)];
}

const isBinary = (file: string): boolean => file.endsWith('.so') || file.endsWith('/bin/java');

/** A file, or all files of a folder, at a place in the image. Links are followed. */
async function filesOf(source: string, target: string): Promise<ImageFile[]> {
  const entries = await readdir(source, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [{ path: target, mode: 0o644, from: { copyOf: source } }];
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((file) => ({ path: join(target, file.slice(source.length)), mode: 0o644, from: { copyOf: file } }));
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

if (import.meta.main) process.stdout.write(`${await ensureKafkaImage()}\n`);
