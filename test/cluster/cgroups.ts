import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The one v2 hierarchy, or the mounted v1 ones with, on a hybrid machine, the v2 one beside them: runc uses it too. */
interface Hierarchies {
  readonly version: 1 | 2;
  readonly folders: readonly string[];
}

function hierarchies(): Hierarchies {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const unified = mounts.find(([, path, type]) => type === 'cgroup2' && path === '/sys/fs/cgroup');
  if (unified) return { version: 2, folders: ['/sys/fs/cgroup'] };
  const folders = mounts.flatMap(([, path, type]) =>
    type?.startsWith('cgroup') === true && path !== undefined ? [path] : [],
  );
  if (folders.length === 0) throw new Error('no cgroup hierarchy is mounted: containers cannot run here');
  return { version: 1, folders };
}

/** Makes a node's cgroup in every hierarchy. The kubelet insists on finding its cgroupRoot. */
export function createCgroup(path: string): void {
  const { version, folders } = hierarchies();
  if (version === 2) {
    const controllers = readFileSync('/sys/fs/cgroup/cgroup.controllers', 'utf8').trim().split(/\s+/);
    writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', controllers.map((name) => `+${name}`).join(' '));
  }
  for (const folder of folders) {
    const made = join(folder, path);
    mkdirSync(made, { recursive: true });
    // In v1 a new cpuset is empty, and no process may enter an empty one.
    for (const file of version === 1 ? ['cpuset.cpus', 'cpuset.mems'] : []) {
      if (existsSync(join(made, file)))
        writeFileSync(join(made, file), readFileSync(join(folder, file), 'utf8').trim());
    }
  }
}

/** All processes in a cgroup and below it, in any hierarchy. */
export function pidsIn(path: string): number[] {
  const pids = new Set<number>();
  for (const folder of foldersBelow(path)) {
    try {
      for (const line of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n'))
        if (line) pids.add(Number(line));
    } catch {
      continue; // it went away while being looked at
    }
  }
  return [...pids];
}

/** Finds the cgroup of a container below a node's: its folder ends with the container's id. */
export function findCgroup(path: string, containerId: string): string | undefined {
  const found = foldersBelow(path).find((folder) => basename(folder).includes(containerId));
  if (found === undefined) return undefined;
  const root = hierarchies().folders.find((folder) => found.startsWith(`${folder}/`));
  return root === undefined ? undefined : found.slice(root.length + 1);
}

/** Stops every process in a cgroup and below it, without them noticing. */
export const freeze = (path: string): void => setFrozen(path, true);

/** Lets them go on. */
export const thaw = (path: string): void => setFrozen(path, false);

function setFrozen(path: string, frozen: boolean): void {
  const { version, folders } = hierarchies();
  for (const folder of folders) {
    const file = join(folder, path, version === 2 ? 'cgroup.freeze' : 'freezer.state');
    if (!existsSync(file)) continue;
    writeFileSync(file, version === 2 ? (frozen ? '1' : '0') : frozen ? 'FROZEN' : 'THAWED');
  }
}

/** Removes a cgroup that holds no processes any more, with those below it. */
export function removeCgroup(path: string): void {
  for (const folder of foldersBelow(path).sort((a, b) => b.length - a.length)) {
    try {
      rmdirSync(folder);
    } catch (cause) {
      if (existsSync(folder)) throw new Error(`cannot remove the cgroup ${folder}`, { cause });
    }
  }
}

/** The top cgroups whose name begins so, each once. */
export function cgroupsNamed(prefix: string): string[] {
  const names = hierarchies().folders.flatMap((folder) =>
    readdirSync(folder).filter((name) => name.startsWith(prefix)),
  );
  return [...new Set(names)];
}

function foldersBelow(path: string): string[] {
  const walk = (folder: string): string[] => {
    try {
      const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      return [folder, ...below.flatMap((entry) => walk(join(folder, entry.name)))];
    } catch {
      return [];
    }
  };
  return hierarchies().folders.flatMap((folder) => walk(join(folder, path)));
}
