import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, progress, withLock } from './cache.ts';
import { run } from './process.ts';

/** A program built from a pinned Go module in the folder programs/. */
interface Program {
  /** Folder under programs/ with the go.mod that pins it. */
  readonly folder: string;
  /** The package of its main function. */
  readonly package: string;
  /** The module whose version is the program's; none for our own. */
  readonly module?: string;
  /** A build on two cores after those before it in this list, in seconds: measured, to tell people how long to wait. */
  readonly coldBuildSeconds: number;
}

const kubernetes = (name: string, coldBuildSeconds: number): Program => ({
  folder: 'kubernetes',
  package: `k8s.io/kubernetes/cmd/${name}`,
  module: 'k8s.io/kubernetes',
  coldBuildSeconds,
});
const etcd = (name: string, coldBuildSeconds: number, folder = 'etcd'): Program => ({
  folder,
  package: `go.etcd.io/etcd/${name}/v3`,
  module: `go.etcd.io/etcd/${name}/v3`,
  coldBuildSeconds,
});

const programs = {
  etcd: etcd('server', 50),
  etcdctl: etcd('etcdctl', 5),
  etcdutl: etcd('etcdutl', 2),
  'kube-apiserver': kubernetes('kube-apiserver', 190),
  kubectl: kubernetes('kubectl', 20),
  'kube-controller-manager': kubernetes('kube-controller-manager', 45),
  kubelet: kubernetes('kubelet', 15),
  'kube-scheduler': kubernetes('kube-scheduler', 5),
  'kube-proxy': kubernetes('kube-proxy', 6),
  coredns: {
    folder: 'coredns',
    package: 'github.com/coredns/coredns',
    module: 'github.com/coredns/coredns',
    coldBuildSeconds: 110,
  },
  helm: { folder: 'helm', package: 'helm.sh/helm/v3/cmd/helm', module: 'helm.sh/helm/v3', coldBuildSeconds: 90 },
  pause: { folder: 'pause', package: '.', coldBuildSeconds: 5 },
} as const satisfies Record<string, Program>;

/** Releases of etcd for single tests and for images of Milvus' older charts: built when those are. */
const otherEtcd = {
  'etcd-3.6': etcd('server', 60, 'etcd-3.6'),
  'etcd-3.5.0': etcd('server', 50, 'etcd-3.5.0'),
  'etcdctl-3.5.0': etcd('etcdctl', 5, 'etcd-3.5.0'),
  'etcd-3.5.5': etcd('server', 25, 'etcd-3.5.5'),
  'etcdctl-3.5.5': etcd('etcdctl', 5, 'etcd-3.5.5'),
} as const satisfies Record<string, Program>;

const all = { ...programs, ...otherEtcd };

/** A program that the cluster, the demo or most tests need. */
export type ProgramName = keyof typeof programs;

/** A program this project can build. */
export type AnyProgramName = keyof typeof all;

/** Every program but the other releases of etcd. */
export const programNames = Object.keys(programs) as ProgramName[];

/** The version that go.mod pins, without the leading v: the folder in the cache carries it. */
export async function programVersion(name: AnyProgramName): Promise<string> {
  const program: Program = all[name];
  if (program.module === undefined) return '1';
  const goMod = await readFile(join(folderOf(program), 'go.mod'), 'utf8');
  const version = new RegExp(`^(?:require)?\\s*${program.module.replaceAll('.', '\\.')} v([^\\s]+)`, 'm').exec(
    goMod,
  )?.[1];
  if (version === undefined) throw new Error(`programs/${program.folder}/go.mod names no version of ${program.module}`);
  return version;
}

/**
 * Gives the paths of programs, building those that the cache lacks. Two processes never build the same one: the second
 * waits for the first.
 * @throws CommandError when the Go toolchain is missing or a build fails.
 */
export async function ensurePrograms<N extends AnyProgramName>(
  names: readonly N[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Record<N, string>> {
  const paths: Partial<Record<N, string>> = {};
  for (const name of names) paths[name] = await ensureProgram(name, options.signal);
  return paths as Record<N, string>;
}

async function ensureProgram(name: AnyProgramName, signal?: AbortSignal): Promise<string> {
  const folder = cacheFolder('programs', `${name}-${await programVersion(name)}`);
  const target = join(folder, name);
  if (await exists(target)) return target;
  return withLock(cacheFolder('programs', `.${name}.lock`), async () => {
    if (!(await exists(target))) await build(name, folder, target, signal);
    return target;
  });
}

async function build(name: AnyProgramName, folder: string, target: string, signal?: AbortSignal): Promise<void> {
  const program: Program = all[name];
  const version = await programVersion(name);
  progress(
    `building ${name} ${version} (once; about ${String(program.coldBuildSeconds)} s on two cores, more where it is the first)`,
  );
  const started = performance.now();
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `.${name}.${String(process.pid)}`);
  try {
    const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', linkerFlags(program, version)];
    await run('go', ['build', ...flags, '-o', unfinished, program.package], {
      cwd: folderOf(program),
      env: { CGO_ENABLED: '0', GOWORK: 'off' },
      signal,
    });
    await rename(unfinished, target);
  } finally {
    await rm(unfinished, { force: true });
  }
  progress(`built ${name} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** Without these the API server reports v0.0.0 and clients misbehave; Helm's `.Capabilities` would say v1.20. */
function linkerFlags(program: Program, version: string): string {
  const strip = '-s -w';
  const set = (values: Record<string, string>) => Object.entries(values).map(([key, value]) => `-X ${key}=${value}`);
  switch (program.folder) {
    case 'kubernetes': {
      const [major = '', minor = ''] = version.split('.');
      const at = 'k8s.io/component-base/version';
      const values = { [`${at}.gitVersion`]: `v${version}`, [`${at}.gitMajor`]: major, [`${at}.gitMinor`]: minor };
      return [strip, ...set(values)].join(' ');
    }
    case 'helm': {
      const at = 'helm.sh/helm/v3';
      const values = {
        [`${at}/internal/version.version`]: `v${version}`,
        [`${at}/pkg/chartutil.k8sVersionMajor`]: '1',
        [`${at}/pkg/chartutil.k8sVersionMinor`]: '35',
      };
      return [strip, ...set(values)].join(' ');
    }
    default:
      return strip;
  }
}

const folderOf = (program: Program) => join(import.meta.dirname, 'programs', program.folder);

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

const isProgramName = (name: string): name is AnyProgramName => name in all;

if (import.meta.main) {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !isProgramName(name));
  if (unknown.length > 0 || asked.length === 0) {
    progress(`usage: node test/cluster/programs.ts NAME...   with NAME one of: ${Object.keys(all).join(' ')}`);
    process.exitCode = 2;
  } else {
    const paths = await ensurePrograms(asked.filter(isProgramName));
    process.stdout.write(`${Object.values(paths).join('\n')}\n`);
  }
}
