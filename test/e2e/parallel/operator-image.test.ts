import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Pod } from '../../../src/kube/core-types.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import { run } from '../../cluster/process.ts';
import { operatorKubectl, operatorSelector } from '../support/operator.ts';
import { scenario } from '../support/scenario.ts';
import { operatorNamespace, root } from '../support/settings.ts';

scenario(
  "the operator's image has node and nothing else to run, and writes nothing where it runs",
  async ({ cluster, client, measurements }) => {
    const archive = join(root, 'build', 'image.tar');
    measurements['imageMB'] = Math.round((await stat(archive)).size / 1e6);
    expect(measurements['imageMB']).toBeLessThan(200);
    const { config, executables } = await opened(archive);
    expect(config).toMatchObject({ User: '65532:65532', Entrypoint: ['node', '/app/main.js'] });
    expect(executables).toEqual(['/nodejs/bin/node']);

    const { items } = await client.list<Pod>(podKind, {
      namespace: operatorNamespace,
      labelSelector: operatorSelector,
    });
    const pod = items[0]?.metadata.name ?? '';
    const kubectl = operatorKubectl(cluster);
    const exec = ['exec', pod, '--container', 'operator', '--'];
    expect(await kubectl.refusal([...exec, 'sh', '-c', 'true'])).toContain('executable file not found');
    const { uid, written } = JSON.parse(await kubectl.run([...exec, 'node', '--eval', tryToWrite])) as Tried;
    expect(uid).toBe(65532);
    expect(Object.entries(written).filter(([, code]) => code !== 'EROFS')).toEqual([]);
  },
);

interface Tried {
  readonly uid: number;
  /** Error code by folder; null: it could be written. */
  readonly written: Readonly<Record<string, string | null>>;
}

/** What node runs in the pod. */
const tryToWrite = `
const written = {};
for (const folder of ['/', '/app', '/tmp', '/nodejs/bin'])
  try { fs.writeFileSync(folder + '/x', ''); written[folder] = null; } catch (error) { written[folder] = error.code; }
console.log(JSON.stringify({ uid: process.getuid(), written }));`;

interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
}

/** How an image of a docker-archive is run, and the programs in it: files that may be executed, but for libraries. */
async function opened(archive: string): Promise<{ readonly config: ImageConfig; readonly executables: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'operator-image-'));
  try {
    await run('tar', ['--extract', '--file', archive, '--directory', folder]);
    const read = async <T>(name: string) => JSON.parse(await readFile(join(folder, name), 'utf8')) as T;
    const [image] = await read<{ readonly Config: string; readonly Layers: readonly string[] }[]>('manifest.json');
    const { config } = await read<{ readonly config: ImageConfig }>(image?.Config ?? '');
    const lists = await Promise.all(
      (image?.Layers ?? []).map((layer) => run('tar', ['--list', '--verbose', '--file', join(folder, layer)])),
    );
    const lines = lists.join('\n').split('\n');
    // `-rwxr-xr-x 0/0 size date time path`, and links to such.
    const paths = lines.flatMap((line) => /^[-hl]\S*x\S* .* (?:\.?\/)?([^ ]+)$/.exec(line)?.[1] ?? []);
    const programs = paths.filter((path) => !/\.so(\.\d+)*$/.test(path));
    return { config, executables: programs.map((path) => `/${path}`).sort() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
