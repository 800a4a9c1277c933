import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EtcdTarget } from '../../../src/etcd/types.ts';
import { run } from '../../cluster/process.ts';
import { ensurePrograms } from '../../cluster/programs.ts';
import { startEtcdMember, untilHealthy, type EtcdMember } from './etcd-member.ts';
import { freePorts } from './free-ports.ts';
import { makeTLSMaterial, type TLSMaterial } from './tls-material.ts';

export type { EtcdMember } from './etcd-member.ts';

/** What kind of etcd a test wants. */
export interface EtcdOptions {
  /** 1 by default. */
  readonly members?: 1 | 3;
  /** true: the server shows a certificate; 'mutual': clients must show one too. */
  readonly tls?: boolean | 'mutual';
  /** Present: authentication is on, and this is root's password. */
  readonly auth?: { readonly rootPassword: string };
  /** More etcd flags, for instance `--auth-token-ttl=1`. */
  readonly flags?: readonly string[];
}

/** A real etcd on 127.0.0.1. */
export interface EtcdServer extends AsyncDisposable {
  readonly members: readonly EtcdMember[];
  /** The only member, or the first of three. */
  readonly member: EtcdMember;
  /** `127.0.0.1:<port>` of each member. */
  readonly endpoints: readonly string[];
  /** How a client reaches it with all rights. */
  readonly target: EtcdTarget;
  /** Present where `tls` was asked for. */
  readonly tls: TLSMaterial | undefined;
  /** Runs etcdctl with all rights against all members. @returns its stdout. @throws CommandError with its stderr. */
  etcdctl(args: readonly string[], options?: { readonly user?: string; readonly input?: string }): Promise<string>;
  /** Grants a lease. @returns its ID. */
  grantLease(ttlSeconds: number): Promise<bigint>;
}

/** Starts etcd in a temporary folder; healthy when this resolves. Disposing ends the processes and removes the folder. */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  const programs = await ensurePrograms(['etcd', 'etcdctl']);
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'etcd-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));

  const tls = options.tls === undefined || options.tls === false ? undefined : await makeMaterial(folder);
  const specs = await planMembers(folder, options, tls);
  const members: EtcdMember[] = [];
  for (const spec of specs) members.push(undo.use(await startEtcdMember({ ...spec, program: programs.etcd })));
  await untilHealthy(members);
  const [member] = members;
  if (member === undefined) throw new Error('no etcd member was started');

  const endpoints = members.map(({ endpoint }) => endpoint);
  const root = options.auth === undefined ? undefined : `root:${options.auth.rootPassword}`;
  const flags = connectionFlags(endpoints, tls);
  const etcdctlAs = (user: string | undefined, args: readonly string[], input?: string) =>
    run(programs.etcdctl, [...flags, ...(user === undefined ? [] : ['--user', user]), ...args], {
      timeoutMs: 20_000,
      ...(input === undefined ? {} : { input }),
    });
  if (root !== undefined) {
    await etcdctlAs(undefined, ['user', 'add', root]);
    await etcdctlAs(undefined, ['user', 'grant-role', 'root', 'root']);
    await etcdctlAs(undefined, ['auth', 'enable']);
  }
  const etcdctl: EtcdServer['etcdctl'] = (args, { user = root, input } = {}) => etcdctlAs(user, args, input);
  const running = undo.move();

  return {
    members,
    member,
    endpoints,
    tls,
    target: {
      endpoints,
      ...(options.auth === undefined ? {} : { auth: { username: 'root', password: options.auth.rootPassword } }),
      ...(tls === undefined
        ? {}
        : {
            tls: {
              ca: tls.ca.cert,
              ...(options.tls === 'mutual' ? { cert: tls.client.cert, key: tls.client.key } : {}),
            },
          }),
    },
    etcdctl,
    async grantLease(ttlSeconds) {
      const words = (await etcdctl(['lease', 'grant', String(ttlSeconds)])).split(' ');
      return BigInt(`0x${words[1] ?? ''}`);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function makeMaterial(folder: string): Promise<TLSMaterial> {
  const pki = join(folder, 'pki');
  await mkdir(pki, { mode: 0o700 });
  return makeTLSMaterial(pki);
}

async function planMembers(folder: string, options: EtcdOptions, tls: TLSMaterial | undefined) {
  const names = Array.from({ length: options.members ?? 1 }, (_, index) => `etcd-${String(index)}`);
  const ports = (await freePorts(3 * names.length)).values();
  const nextPort = (): number => ports.next().value ?? 0;
  const planned = names.map((name) => ({
    name,
    folder,
    port: nextPort(),
    peerPort: nextPort(),
    metricsPort: nextPort(),
  }));
  const cluster = planned.map(({ name, peerPort }) => `${name}=http://127.0.0.1:${String(peerPort)}`).join(',');
  return planned.map(({ peerPort, ...member }) => {
    const clientUrl = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(member.port)}`;
    const peerUrl = `http://127.0.0.1:${String(peerPort)}`;
    const flags = [
      ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl, '--initial-cluster', cluster],
      // Data outlives a killed process without fsync; only a power-off would lose it.
      '--unsafe-no-fsync',
      ...(tls === undefined ? [] : ['--cert-file', tls.server.certFile, '--key-file', tls.server.keyFile]),
      ...(tls !== undefined && options.tls === 'mutual'
        ? ['--client-cert-auth', '--trusted-ca-file', tls.ca.certFile]
        : []),
      ...(options.flags ?? []),
    ];
    return { ...member, flags };
  });
}

function connectionFlags(endpoints: readonly string[], tls: TLSMaterial | undefined): readonly string[] {
  const flags = ['--endpoints', endpoints.join(',')];
  return tls === undefined
    ? flags
    : [...flags, '--cacert', tls.ca.certFile, '--cert', tls.client.certFile, '--key', tls.client.keyFile];
}
