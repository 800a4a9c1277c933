import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, progress, withLock } from '../cluster/cache.ts';
import { ensureDebianPackages } from '../cluster/packages.ts';
import { CommandError, run } from '../cluster/process.ts';

/** Where a real Milvus server comes from: the PyPI package `milvus`, whose wheel carries the distributed server. */
interface Release {
  readonly sha256: string;
  readonly megabytes: number;
  /** `common.session.ttl` in the milvus.yaml of that release, seconds. */
  readonly sessionTTLSeconds: number;
}

/** The releases that tests run. There is none on PyPI above 2.3.5. */
const releases = {
  '2.2.8': {
    sha256: '344d15fd7663ea2ce2c7585dadadefc41757ddee5749f4da780a06204b6b4734',
    megabytes: 50,
    sessionTTLSeconds: 60,
  },
  '2.2.16': {
    sha256: 'ea5bd32251b7bcad629d7e46c307414a586c96b4a50491d04a08db42fca8fba9',
    megabytes: 42,
    sessionTTLSeconds: 20,
  },
  '2.3.0': {
    sha256: '0560c279f4559bb338a0e9642a5c1e323ac0a3de276a6d34a7b8197b467acfc1',
    megabytes: 102,
    sessionTTLSeconds: 60,
  },
  '2.3.4': {
    sha256: 'fe3e33853cfcf9afc76e4efaf3fa0b6b62258b833e40294095f86ac49e6bbd47',
    megabytes: 57,
    sessionTTLSeconds: 30,
  },
  '2.3.5': {
    sha256: '69515a0630ce29fd10e101fa442afea8ca1387b93a456cd9bd41fdf3deb93d04',
    megabytes: 58,
    sessionTTLSeconds: 30,
  },
} as const satisfies Record<string, Release>;

/** A release of which the real server can be run. */
export type MilvusRelease = keyof typeof releases;

/** Every release of which the real server can be run. */
export const milvusReleases = Object.keys(releases) as MilvusRelease[];

/** The releases that stand-ins are held against. */
export const conformanceReleases = ['2.2.16', '2.3.5'] as const satisfies readonly MilvusRelease[];

/** The releases that scenarios on the cluster run. */
export const scenarioReleases = ['2.2.16', '2.3.5'] as const satisfies readonly MilvusRelease[];

/** The real server of a release on this machine. */
export interface MilvusServer {
  /** The program. */
  readonly program: string;
  /** The folder with its shared libraries, for LD_LIBRARY_PATH; beside them the program. */
  readonly libraries: string;
  /** Names the content of both: the same text means the same files. */
  readonly digest: string;
}

/**
 * Gives the real server of a release; what the cache lacks is fetched from PyPI by its pinned hash and unpacked, once.
 * @throws Error on other machines than x86-64, for which there are no wheels.
 * @throws CommandError when the wheel cannot be fetched, or is not the pinned one.
 */
export async function ensureMilvusServer(release: MilvusRelease): Promise<MilvusServer> {
  if (arch() !== 'x64') throw new Error(`the real Milvus ${release} runs on x86-64 only; this machine is ${arch()}`);
  const digest = releases[release].sha256;
  const folder = cacheFolder('milvus', `${release}-${digest.slice(0, 12)}`);
  const server = { program: join(folder, 'milvus'), libraries: folder, digest };
  if (await exists(folder)) return server;
  return withLock(cacheFolder('milvus', `.${release}.lock`), async () => {
    if (!(await exists(folder))) await fetchServer(release, folder);
    return server;
  });
}

async function fetchServer(release: MilvusRelease, folder: string): Promise<void> {
  const { sha256, megabytes } = releases[release];
  await ensureDebianPackages(['xz-utils']);
  const work = await mkdtemp(`${folder}.`);
  try {
    progress(`fetching Milvus ${release} from PyPI (once; ${String(megabytes)} MB)`);
    const pinned = join(work, 'requirements.txt');
    await writeFile(pinned, `milvus==${release} --hash=sha256:${sha256}\n`);
    const wheelOnly = ['--only-binary', ':all:', '--platform', 'manylinux2014_x86_64'];
    await pip(['download', '--quiet', '--no-deps', '--require-hashes', ...wheelOnly, '--dest', work, '-r', pinned]);
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip fetched no wheel of Milvus ${release}`);
    progress(`unpacking Milvus ${release}`);
    await run('python3', ['-m', 'zipfile', '--extract', join(work, wheel), work]);
    const packed = join(work, 'milvus', 'data', 'bin');
    const files = (await readdir(packed)).filter((name) => name.endsWith('.lzma')).map((name) => join(packed, name));
    await run('xargs', ['--max-args=1', '--max-procs=2', 'xz', '--decompress'], { input: files.join('\n') });
    await run('chmod', ['-R', 'u=rwX,go=rX', packed]);
    await run('chmod', ['755', join(packed, 'milvus')]);
    await rename(packed, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function pip(args: readonly string[]): Promise<void> {
  const works = await run('python3', ['-m', 'pip', '--version']).then(
    () => true,
    (error: unknown) => {
      if (error instanceof CommandError) return false;
      throw error;
    },
  );
  if (!works) await ensureDebianPackages(['python3', 'python3-pip']);
  await mkdir(cacheFolder('milvus'), { recursive: true });
  await run('python3', ['-m', 'pip', ...args]);
}

/**
 * A milvus.yaml that every role of 2.2 and 2.3 starts with. Coordinators need nothing but etcd with it: the Kafka named
 * here is not there. A section `pulsar` would make 2.2 prefer that; rocksmq works in a standalone Milvus only.
 */
export function milvusConfiguration(release: MilvusRelease, dataFolder = '/var/lib/milvus/data'): string {
  return `etcd:
  endpoints: localhost:2379
  rootPath: by-dev
  metaSubPath: meta
  kvSubPath: kv
  use: { embed: false }
  ssl: { enabled: false, tlsMinVersion: 1.3 }
mq: { type: kafka }
kafka: { brokerList: "127.0.0.1:1", securityProtocol: PLAINTEXT }
rootCoord: { port: 53100 }
queryCoord: { port: 19531 }
dataCoord: { port: 13333 }
indexCoord: { port: 31000 }
proxy: { port: 19530 }
queryNode: { port: 21123 }
dataNode: { port: 21124 }
indexNode: { port: 21121 }
common:
  storageType: local
  session: { ttl: ${String(releases[release].sessionTTLSeconds)}, retryTimes: 30 }
localStorage: { path: ${dataFolder} }
log: { level: info, stdout: true, file: { rootPath: "" } }
${release.startsWith('2.2.') ? alsoNeededBy22 : ''}`;
}

/** Every role of 2.2 panics where one of these is missing, also those of parts that it does not run or use. */
const alsoNeededBy22 = `minio:
  { address: localhost, port: 9000, accessKeyID: none, secretAccessKey: none, useSSL: false, bucketName: none, rootPath: files }
queryCoord.autoHandoff: true
common.chanNamePrefix:
  cluster: by-dev
  rootCoordTimeTick: rootcoord-timetick
  rootCoordStatistics: rootcoord-statistics
  rootCoordDml: rootcoord-dml
  rootCoordDelta: rootcoord-delta
  search: search
  searchResult: search-result
  queryTimeTick: query-timetick
  dataCoordStatistic: datacoord-statistics
  dataCoordTimeTick: datacoord-timetick
  dataCoordSegmentInfo: datacoord-segment-info
common.subNamePrefix:
  proxySubNamePrefix: proxy
  rootCoordSubNamePrefix: rootcoord
  queryNodeSubNamePrefix: querynode
  dataCoordSubNamePrefix: datacoord
  dataNodeSubNamePrefix: datanode
`;

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

if (import.meta.main) {
  for (const release of milvusReleases) process.stdout.write(`${(await ensureMilvusServer(release)).program}\n`);
}
