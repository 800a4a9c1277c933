import { run } from '../cluster/process.ts';

/** The oldest Go that can fetch the one which the pinned modules ask for and build them. */
const oldestGo = { major: 1, minor: 25 };

/**
 * Looks for what nothing later can make up for, before anything is built.
 * @throws Error in a plain sentence that says what is missing.
 */
export async function assertAbleToRun(): Promise<void> {
  if (process.platform !== 'linux')
    throw new Error('The demo needs Linux: the nodes of its cluster are network namespaces.');
  if (process.getuid?.() !== 0)
    throw new Error('The demo needs root: it makes network namespaces, cgroups and mounts. Try `sudo make demo`.');
  const said = await run('go', ['version']).catch(() => '');
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(said) ?? [];
  if (major === undefined)
    throw new Error('The demo needs Go on the PATH: it builds Kubernetes and etcd. See https://go.dev/doc/install.');
  if (Number(major) === oldestGo.major && Number(minor) < oldestGo.minor)
    throw new Error(`The demo needs Go ${oldestGo.major}.${oldestGo.minor} or newer; found: ${said.trim()}.`);
}
