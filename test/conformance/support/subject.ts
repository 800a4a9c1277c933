import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { standInProgram } from '../../images/build.ts';
import { ensureMilvusServer, milvusConfiguration, type MilvusRelease } from '../../images/milvus-server.ts';

/** A program that is called as Milvus is: the real server of a release, or what stands in for it. */
export interface Subject {
  readonly name: string;
  readonly release: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The real server of a release, with the configuration of its image. @param folder - its own, for what it needs on disk */
export async function realMilvus(release: MilvusRelease, folder: string): Promise<Subject> {
  const { program, libraries } = await ensureMilvusServer(release);
  const configuration = join(folder, 'configs');
  await mkdir(configuration, { recursive: true });
  await writeFile(join(configuration, 'milvus.yaml'), milvusConfiguration(release, join(folder, 'data')));
  return {
    name: `Milvus ${release}`,
    release,
    program,
    env: { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: libraries, MILVUSCONF: configuration },
  };
}

/** What stands in for a release. @param folder - without a configuration: the stand-in has the defaults of the release */
export async function standIn(release: string, folder: string): Promise<Subject> {
  return {
    name: `stand-in ${release}`,
    release,
    program: await standInProgram(),
    env: { PATH: '/usr/bin:/bin', MILVUS_STANDIN_VERSION: release, MILVUSCONF: folder },
  };
}
