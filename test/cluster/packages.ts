import { cacheFolder, progress, withLock } from './cache.ts';
import { run } from './process.ts';

/** What the cluster on this machine needs from Debian, beside a Go toolchain. */
export const clusterPackages = [
  'containerd',
  'runc',
  'containernetworking-plugins',
  'iptables',
  'conntrack',
  'ipset',
  'iproute2',
  'openssl',
  'procps',
  'mount',
  'tar',
] as const;

/** What building images needs. */
export const imagePackages = ['buildah', 'mmdebstrap', 'busybox-static'] as const;

/**
 * Installs the Debian packages that are missing, and says which.
 * RUNLEVEL=1 tells the maintainer scripts' service starter that the machine is in single-user mode, so that no service
 * of a package starts; one that starts all the same does no harm, as the cluster's programs use sockets of their own.
 * @throws Error in a plain sentence where this is no Debian, or this process may not install.
 */
export async function ensureDebianPackages(names: readonly string[]): Promise<void> {
  if ((await missingPackages(names)).length > 0)
    await withLock(cacheFolder('.packages.lock'), async () => installMissing(names)); // apt-get does not wait for another
}

async function installMissing(names: readonly string[]): Promise<void> {
  const missing = await missingPackages(names);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(`these packages are missing and installing them needs root: apt-get install ${missing.join(' ')}`);
  }
  progress(`installing Debian packages: ${missing.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run('apt-get', ['update', '-q'], { env });
  await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...missing], { env });
}

async function missingPackages(names: readonly string[]): Promise<string[]> {
  let listed: string;
  try {
    listed = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n']);
  } catch (cause) {
    throw new Error(`dpkg-query does not work here; this needs Debian with the packages ${names.join(' ')}`, { cause });
  }
  const installed = new Set(
    listed.split('\n').flatMap((line) => (line.endsWith(' installed') ? line.split(' ')[0] : [])),
  );
  return names.filter((name) => !installed.has(name));
}
