import type { ScriptOutcome } from '../../volumes/script-outcome.ts';
import type { EtcdWorld } from '../world.ts';

/** What container runtimes say of a command that is not in the image (runc, containerd, CRI-O). */
const noSuchCommand = /executable file not found|no such file or directory: unknown|not found in \$PATH/;

/** Why a script did not even begin, where its image lacks a shell or a tool, with what to do; undefined: it is something else. */
export function withoutShell(
  { refusal, message, exitCode }: Extract<ScriptOutcome, { readonly state: 'Failed' }>,
  { guard, facts }: Pick<EtcdWorld, 'guard' | 'facts'>,
): string | undefined {
  const lacks = refusal === 'ToolMissing' || (exitCode !== undefined && exitCode >= 126 && noSuchCommand.test(message));
  if (!lacks) return undefined;
  const image = guard.spec.toolsImage ?? facts.setup.image;
  return `image ${image} cannot run what repairs an etcd (${message}): set spec.toolsImage of EtcdGuard ${guard.metadata.name} to an image with bash, coreutils and the etcd, etcdctl and etcdutl of the same minor version, for instance milvusdb/etcd:3.5.25-r1`;
}
