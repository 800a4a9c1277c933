import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptText, type ScriptName } from '../../../../src/etcdcare/volumes/scripts.ts';
import { outcomeOf, type ScriptOutcome } from '../../../../src/etcdcare/volumes/script-outcome.ts';
import { ensurePrograms } from '../../../cluster/programs.ts';
import { startEtcd, type EtcdServer } from '../../support/etcd.ts';
import { freePorts } from '../../support/free-ports.ts';

/**
 * Without fsync bbolt does not grow its file before it fills it (NoGrowSync): a process that is killed may leave one that is
 * shorter than it says, and etcd 3.5 sends the snapshot of such a file for ever.
 */
export const fileOfFullSize = '--unsafe-no-fsync=false';

/** All that scripts may call beside etcd's own programs: what an image of etcd with bash has. */
const tools =
  'bash cat chmod cp cut date df du env grep head mkdir mv od rm rmdir sed sha256sum sleep sort stat sync tail tr uniq'.split(
    ' ',
  );

/** How a script is run. */
export interface RunScriptOptions {
  /** false: the image has no flock. */
  readonly flock?: boolean;
  /** A folder of programs that win over others. */
  readonly programs?: string;
}

/** A place where scripts run as they would in a pod: the tools of an image, and temporary volumes. */
export interface Bench extends AsyncDisposable {
  readonly folder: string;
  /** A new folder that stands for something mounted. */
  mount(name: string): Promise<string>;
  run(
    script: ScriptName,
    env: Readonly<Record<string, string>>,
    options?: RunScriptOptions,
  ): Promise<ScriptOutcome & { readonly line: string; readonly code: number | null }>;
}

/** Disposing removes its folder. */
export async function startBench(): Promise<Bench> {
  const programs = await ensurePrograms(['etcd', 'etcdctl', 'etcdutl']);
  const folder = await mkdtemp(join(tmpdir(), 'volumes-'));
  const bin = join(folder, 'bin');
  const binWithFlock = join(folder, 'bin-flock');
  await mkdir(bin);
  await mkdir(binWithFlock);
  for (const tool of tools) await symlink(await find(tool), join(bin, tool));
  for (const [name, path] of Object.entries(programs)) await symlink(path, join(bin, name));
  await symlink(await find('flock'), join(binWithFlock, 'flock'));
  const [clientPort, peerPort] = await freePorts(2);
  const terminationLog = join(folder, 'termination-log');

  return {
    folder,
    async mount(name) {
      const path = join(folder, name);
      await mkdir(path, { recursive: true });
      return path;
    },
    async run(script, env, { flock = true, programs: first } = {}) {
      const path = [...(first === undefined ? [] : [first]), ...(flock ? [binWithFlock] : []), bin].join(':');
      await rm(terminationLog, { force: true });
      const code = await new Promise<number | null>((resolve) => {
        const child = execFile(join(bin, 'bash'), ['-c', scriptText(script), script], {
          env: {
            PATH: path,
            TERMINATION_LOG: terminationLog,
            RESERVE_BYTES: '1000000',
            CLIENT_PORT: String(clientPort),
            PEER_PORT: String(peerPort),
            ...env,
          },
        });
        child.on('close', resolve);
      });
      const line = await readFile(terminationLog, 'utf8').catch(() => '');
      return { ...outcomeOf({ exitCode: code ?? 137, message: line }), line, code };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function find(tool: string): Promise<string> {
  for (const folder of ['/usr/bin', '/bin']) {
    const path = join(folder, tool);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error(`this machine has no ${tool}`);
}

/** The result of a script that must have ended well. */
export function done(outcome: ScriptOutcome): unknown {
  if (outcome.state !== 'Done') throw new Error(`the script did not end well: ${JSON.stringify(outcome)}`);
  return outcome.result;
}

/** What each member of a running etcd says of itself; read by etcdctl, not by the code under test. */
export interface Known {
  readonly name: string;
  readonly memberId: bigint;
  readonly clusterId: bigint;
  readonly revision: bigint;
  readonly raftTerm: bigint;
  readonly raftIndex: bigint;
}

/** Puts a session, a key beside all roots, and `count` keys under `by-dev/meta/`; the last put changes one of these. */
export async function putKeys(etcd: EtcdServer, count: number): Promise<void> {
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  const put = async (key: string, value: string): Promise<void> => {
    const body = JSON.stringify({ key: encoded(key), value: encoded(value) });
    const response = await fetch(`http://${etcd.member.endpoint}/v3/kv/put`, { method: 'POST', body });
    if (!response.ok) throw new Error(`put ${key}: ${await response.text()}`);
  };
  await put('by-dev/meta/session/rootcoord', '{}');
  await put('other', 'x');
  for (let number = 0; number < count; number += 1) await put(`by-dev/meta/key-${number}`, `value ${number}`);
  await put('by-dev/meta/key-0', 'changed');
}

/** By `etcdctl endpoint status`, one member after the other. */
export async function statusOf(etcd: EtcdServer): Promise<readonly Known[]> {
  const text = await etcd.etcdctl(['endpoint', 'status', '-w', 'json']);
  // 64-bit numbers: JSON.parse would round them.
  const statuses = text.match(/\{"Endpoint".*?\}\}/g) ?? [];
  return statuses.map((status, at) => {
    const number = (name: string): bigint => BigInt(new RegExp(`"${name}":(\\d+)`).exec(status)?.[1] ?? -1);
    return {
      name: etcd.members[at]?.name ?? '',
      memberId: number('member_id'),
      clusterId: number('cluster_id'),
      revision: number('revision'),
      raftTerm: number('raftTerm'),
      raftIndex: number('raftIndex'),
    };
  });
}

/** A data directory `etcd-N` on a volume of its own. */
export interface MemberVolume {
  readonly volume: string;
  readonly dataDir: string;
}

/** Starts three members, puts keys, kills them all at once, and copies their data onto volumes. */
export async function killedCluster(
  bench: Bench,
  keys: number,
): Promise<{ readonly volumes: readonly MemberVolume[]; readonly known: readonly Known[] }> {
  await using etcd = await startEtcd({ members: 3, flags: [fileOfFullSize] });
  await putKeys(etcd, keys);
  const known = await statusOf(etcd);
  await Promise.all(etcd.members.map((member) => member.kill()));
  const volumes: MemberVolume[] = [];
  for (const { name, dataDir } of etcd.members) {
    const volume = await bench.mount(`volume-${name}`);
    await cp(dataDir, join(volume, name), { recursive: true });
    volumes.push({ volume, dataDir: join(volume, name) });
  }
  return { volumes, known };
}
