/**
 * Bundles the operator into dist/: main.js, the etcd protocol files it reads at its start, the shell files it hands to
 * pods, and the licences of what is in it.
 *
 *     node scripts/bundle.ts [--version 1.2.3] [--entry src/main.ts] [--out dist]
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build as esbuild } from 'esbuild';
import type { Plugin } from 'esbuild';
import { licencesOf } from './support/licences.ts';
import { packageVersion, root } from './support/project.ts';

/** CommonJS dependencies want these three, which an ES module does not have. */
const commonJsNames = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`;

/** etcd3 reads `../proto` beside its own folder when it is loaded; in the bundle the folder is `proto` beside main.js. */
const etcdProtocolBesideBundle: Plugin = {
  name: 'etcd-protocol-beside-bundle',
  setup(build) {
    build.onLoad({ filter: /etcd3[\\/]lib[\\/]connection-pool\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replaceAll('${__dirname}/../proto/', '${__dirname}/proto/');
      if (contents === source)
        throw new Error(`${path} no longer reads \${__dirname}/../proto/: adapt scripts/bundle.ts`);
      return { contents, loader: 'js' };
    });
  },
};

async function bundle(entry: string, outFolder: string, version: string): Promise<void> {
  await rm(outFolder, { recursive: true, force: true });
  await mkdir(outFolder, { recursive: true });
  const { metafile } = await esbuild({
    absWorkingDir: root,
    entryPoints: { main: entry, 'watchdog-thread': join(root, 'src/runtime/watchdog-thread.ts') },
    outdir: outFolder,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: commonJsNames },
    define: { OPERATOR_VERSION: JSON.stringify(version) },
    plugins: [etcdProtocolBesideBundle],
    sourcemap: 'external',
    keepNames: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  await cp(join(root, 'node_modules/etcd3/proto'), join(outFolder, 'proto'), { recursive: true });
  await cp(join(root, 'src/etcdcare/volumes/scripts'), join(outFolder, 'scripts'), {
    recursive: true,
    filter: (path) => !path.endsWith('.shellcheckrc'),
  });
  await writeFile(join(outFolder, 'package.json'), '{ "type": "module" }\n');
  await writeFile(join(outFolder, 'THIRD-PARTY-LICENCES.txt'), await licencesOf(Object.keys(metafile.inputs)));
}

const { values } = parseArgs({
  options: {
    version: { type: 'string' },
    entry: { type: 'string', default: 'src/main.ts' },
    out: { type: 'string', default: join(root, 'dist') },
  },
});
await bundle(values.entry, values.out, values.version ?? (await packageVersion()));
