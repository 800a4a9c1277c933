import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const execute = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  await execute(process.execPath, ['scripts/bundle.ts', '--version', '1.2.3', '--out', folder]);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the bundle', () => {
  it('starts without node_modules and knows its version', async () => {
    const { stdout } = await execute(process.execPath, [join(folder, 'main.js'), '--version'], { cwd: folder });
    expect(stdout).toBe('1.2.3\n');
  });

  it('has the command that the pods of a rebuilding run', async () => {
    const { stdout } = await execute(process.execPath, [join(folder, 'main.js'), 'artefact', '--help'], {
      cwd: folder,
    });
    expect(stdout).toContain('Moves a file between two pods');
  });

  it('consists of what an image needs', async () => {
    expect((await readdir(folder)).sort()).toEqual([
      'THIRD-PARTY-LICENCES.txt',
      'main.js',
      'main.js.map',
      'package.json',
      'proto',
      'scripts',
      'watchdog-thread.js',
      'watchdog-thread.js.map',
    ]);
    expect(await readdir(join(folder, 'scripts'))).toEqual(
      await readdir('src/etcdcare/volumes/scripts').then(shellFiles),
    );
    expect(await readdir(join(folder, 'proto'))).toContain('rpc.proto');
  });

  it('carries the licences of what is in it, and of nothing else', async () => {
    const text = await readFile(join(folder, 'THIRD-PARTY-LICENCES.txt'), 'utf8');
    expect(text).toMatch(/^etcd3 1\.1\.2 \(MIT\)\n/m);
    expect(text).toMatch(/^pino \d+\.\d+\.\d+ \(MIT\)\n/m);
    expect(text).not.toMatch(/^(jest|typescript|esbuild) /m);
  });
});

function shellFiles(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith('.sh'));
}
