import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../../../src/milvus/roles.ts';
import { parseVersion } from '../../../src/milvus/version.ts';
import { podTemplate } from '../../../src/pair/children/pod-template.ts';
import { ensureMilvusServer, milvusConfiguration, type MilvusRelease } from '../../images/milvus-server.ts';
import { until } from '../../support/until.ts';
import { aPair } from '../../unit/pair/support/pair.ts';
import { startEtcd } from '../support/etcd.ts';
import { freePorts } from '../support/free-ports.ts';

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/** The container that the operator renders for a pair. */
function rendered(role: Role, release: MilvusRelease, endpoints: readonly string[]): Container {
  const { etcd } = aPair().spec;
  const pair = aPair({ spec: { role, image: `milvusdb/milvus:v${release}`, etcd: { ...etcd, endpoints } } });
  const version = parseVersion(release);
  if (!version) throw new Error(`${release} is no version`);
  const { containers } = podTemplate({ pair, role, version }).spec as { readonly containers: readonly [Container] };
  return containers[0];
}

/** An image whose milvus.yaml names no ports, where Milvus takes 19530 for each coordinator. */
const withoutPorts = (yaml: string): string => yaml.replaceAll(/^\w+Coord: \{ port: .*$\n/gm, '');

/**
 * Starts the real server with the rendered arguments and environment, each port moved to a free one of this machine.
 * @returns by the name of each port's variable, where it is to listen; and what etcd holds below the session prefix.
 */
async function start(role: Role, release: MilvusRelease, yaml = (text: string): string => text) {
  await using undo = new AsyncDisposableStack();
  const { program, libraries } = await ensureMilvusServer(release);
  const etcd = undo.use(await startEtcd());
  const folder = await mkdtemp(join(tmpdir(), 'milvus-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'configs'));
  await writeFile(join(folder, 'configs', 'milvus.yaml'), yaml(milvusConfiguration(release, join(folder, 'data'))));
  const { args, env } = rendered(role, release, etcd.endpoints);
  const portNames = env.map(({ name }) => name).filter((name) => name.endsWith('_PORT'));
  const free = await freePorts(portNames.length);
  const ports = Object.fromEntries(portNames.map((name, index) => [name, String(free[index])]));
  const logFile = join(folder, 'log');
  const log = await open(logFile, 'w');
  undo.defer(() => log.close());
  const server = spawn(program, args.slice(1), {
    cwd: folder,
    env: {
      PATH: '/usr/bin:/bin',
      LD_LIBRARY_PATH: libraries,
      ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
      ...ports,
    },
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = once(server, 'exit');
  undo.defer(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  const probe = async () => {
    if (server.exitCode !== null || server.signalCode !== null)
      throw new Error(`it ended with ${String(server.exitCode)}: ${(await readFile(logFile, 'utf8')).slice(-2_000)}`);
    const headers = { 'Content-Type': 'application/json' };
    const health = await fetch(`http://127.0.0.1:${ports['METRICS_PORT'] ?? ''}/healthz`, { headers });
    const { detail } = (await health.json()) as { readonly detail: readonly { readonly code: number }[] | null };
    return (detail ?? []).length > 0 && detail?.every(({ code }) => code === 1);
  };
  await until('each of its roles to be healthy', probe, { timeoutMs: 90_000, everyMs: 100 });
  const sessions = await etcd.etcdctl(['get', '--prefix', '--print-value-only', 'by-dev/meta/session/']);
  const addresses = sessions
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly ServerName: string; readonly Address: string });
  return {
    ports,
    portOf: Object.fromEntries(addresses.map(({ ServerName, Address }) => [ServerName, Address.split(':').at(-1)])),
  };
}

const mixtures = [
  ['2.2.16', 'INDEX_COORD_PORT'],
  ['2.3.5', 'DATA_COORD_PORT'],
] as const satisfies readonly (readonly [MilvusRelease, string])[];

describe('a real Milvus that is started as the operator renders it', () => {
  it.each(mixtures)(
    '%s comes up as a mixture from an image without ports, each role on the port that the Services name',
    async (release, indexcoord) => {
      const { ports, portOf } = await start('mixcoord', release, withoutPorts);
      expect(portOf).toEqual({
        rootcoord: ports['ROOT_COORD_PORT'],
        querycoord: ports['QUERY_COORD_PORT'],
        datacoord: ports['DATA_COORD_PORT'],
        indexcoord: ports[indexcoord],
      });
    },
    180_000,
  );

  it.each(mixtures.map(([release]) => release))(
    '%s comes up as a single coordinator, though its milvus.yaml names another port',
    async (release) => {
      const { ports, portOf } = await start('rootcoord', release);
      expect(portOf).toEqual({ rootcoord: ports['ROOT_COORD_PORT'] });
    },
    180_000,
  );
});
