/**
 * Runs layers of tests in the order given, those with a comma between them side by side, and says how many passed and failed:
 *
 *     node scripts/test.ts unit integration,conformance e2e
 *
 * The last line is `N passed, N failed`; the one before it says how many of them passed at a second try only, and which. A
 * layer that cannot run here says why and counts as failed; with ALLOW_SKIP=1 it is left out instead.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { arch, availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { ensureDebianPackages, clusterPackages } from '../test/cluster/packages.ts';
import { ensurePrograms, programNames } from '../test/cluster/programs.ts';
import { ensureMilvusImage } from '../test/images/milvus-image.ts';
import { conformanceReleases, ensureMilvusServer, scenarioReleases } from '../test/images/milvus-server.ts';
import { root } from './support/project.ts';

interface Layer {
  /** Why it cannot run on this machine, in a plain sentence; undefined: it can. */
  readonly hindrance: () => string | undefined;
  /** Makes what it needs that is not there yet. */
  readonly prepare: () => Promise<unknown>;
  readonly command: readonly string[];
  /** The file with the results, in jest's form. */
  readonly results: string;
}

interface Count {
  readonly passed: number;
  readonly failed: number;
  /** Tests that passed, but only at a second try. */
  readonly secondTry: readonly string[];
}

const build = (file: string): string => join(root, 'build', file);

const layers: Readonly<Record<string, Layer>> = {
  unit: {
    hindrance: () => undefined,
    prepare: () => Promise.resolve(),
    command: [
      ...['--experimental-vm-modules', join(root, 'node_modules/jest/bin/jest.js'), '--selectProjects', 'unit'],
      ...['--maxWorkers', String(availableParallelism()), '--json', '--outputFile', build('jest-unit.json')],
    ],
    results: build('jest-unit.json'),
  },
  integration: {
    hindrance: () => undefined,
    prepare: () => ensurePrograms(['etcd', 'etcd-3.6', 'etcdctl', 'etcdutl', 'kube-apiserver', 'kubectl', 'helm']),
    command: [join(root, 'test', 'integration', 'run.ts')],
    results: build('jest-integration.json'),
  },
  conformance: {
    hindrance: () => (arch() === 'x64' ? undefined : 'real Milvus servers are to be had for x86-64 only'),
    prepare: async () => {
      await ensurePrograms(['etcd', 'etcdctl']);
      for (const release of conformanceReleases) await ensureMilvusServer(release);
    },
    command: [join(root, 'test', 'conformance', 'run.ts')],
    results: build('jest-conformance.json'),
  },
  e2e: {
    hindrance: () =>
      process.platform === 'linux' && process.getuid?.() === 0
        ? undefined
        : 'end-to-end tests need Linux and root, because the nodes of the cluster are network namespaces and cgroups',
    prepare: async () => {
      await ensureDebianPackages(clusterPackages);
      await Promise.all([ensurePrograms(programNames), prepareMilvus()]);
    },
    command: [join(root, 'test', 'e2e', 'run.ts')],
    results: build('jest-e2e.json'),
  },
};

/** Scenarios fetch what they lack by themselves; here nobody waits for it with a deadline. */
async function prepareMilvus(): Promise<void> {
  if (arch() === 'x64') for (const release of scenarioReleases) await ensureMilvusImage(release);
}

/** Runs one layer. What it prints goes to standard error, so that standard output has the counts alone. */
async function runLayer(layer: Layer, signal: AbortSignal): Promise<Count> {
  await rm(layer.results, { force: true });
  await layer.prepare();
  signal.throwIfAborted();
  const env = {
    ...process.env,
    PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
    NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
  };
  const child = spawn(process.execPath, layer.command, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const pass = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', pass, { once: true });
  const [code] = (await once(child, 'exit')) as [number | null];
  signal.removeEventListener('abort', pass);
  const count = await countOf(layer.results);
  return { ...count, failed: code === 0 ? count.failed : Math.max(count.failed, 1) };
}

interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
  /** Ours, in the layers that play a failed file again. */
  readonly passedAtSecondTry?: readonly string[];
}

/** A skipped test and a file that could not be run are failures; so is a layer without results. */
async function countOf(file: string): Promise<Count> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 1, secondTry: [] };
  const results = JSON.parse(text) as JestResults;
  const failed = results.numFailedTests + results.numPendingTests + results.numRuntimeErrorTestSuites;
  return { passed: results.numPassedTests, failed, secondTry: results.passedAtSecondTry ?? [] };
}

async function main(steps: readonly string[], signal: AbortSignal): Promise<Count> {
  await mkdir(join(root, 'build'), { recursive: true });
  const counts: Count[] = [];
  for (const together of steps) {
    const chosen = together.split(',').map((name) => ({ name, layer: layerNamed(name) }));
    counts.push(...(await Promise.all(chosen.map(({ name, layer }) => oneLayer(name, layer, signal)))));
  }
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
    secondTry: counts.flatMap(({ secondTry }) => secondTry),
  };
}

function layerNamed(name: string): Layer {
  const layer = layers[name];
  if (!layer) throw new Error(`no layer is named ${name}; there are ${Object.keys(layers).join(', ')}`);
  return layer;
}

async function oneLayer(name: string, layer: Layer, signal: AbortSignal): Promise<Count> {
  const hindrance = layer.hindrance();
  if (hindrance !== undefined) {
    print(`${name}: not run: ${hindrance}`);
    return { passed: 0, failed: process.env['ALLOW_SKIP'] === '1' ? 0 : 1, secondTry: [] };
  }
  const beganMs = performance.now();
  const count = await runLayer(layer, signal);
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  print(`${name}: ${count.passed} passed, ${count.failed} failed in ${seconds} s`);
  return count;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => abort.abort(new Error(`interrupted by ${name}`)));
const steps = process.argv.slice(2);
const { passed, failed, secondTry } = await main(steps.length > 0 ? steps : Object.keys(layers), abort.signal);
print(`${secondTry.length} passed at a second try${secondTry.length > 0 ? `: ${secondTry.join('; ')}` : ''}`);
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || abort.signal.aborted ? 1 : 0;
