import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { openSync, closeSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { createKubeClient, type KubeClientOptions } from '../../../src/kube/transport.ts';
import { clientEnvironment } from '../../cluster/kubeconfig.ts';
import { run } from '../../cluster/process.ts';
import { ensurePrograms } from '../../cluster/programs.ts';
import { until } from '../../support/until.ts';
import { freePorts } from './free-ports.ts';

/** What a test may change about the server. */
export interface ApiServerOptions {
  /** More kube-apiserver flags, for instance `--event-ttl=1m`. */
  readonly flags?: readonly string[];
}

/** How to reach an API server; plain data, so that another process can be told. */
export interface ApiServerAddress {
  /** `https://127.0.0.1:<port>`; stays the same over restarts. */
  readonly url: string;
  /** A kubeconfig with all rights. It names the CA as a file, so a changed CA reaches running clients. */
  readonly kubeconfig: string;
  /** The bearer token in the kubeconfig. */
  readonly token: string;
  /** The server's certificate and key, which its clients trust: a proxy may use them. */
  readonly tls: { readonly caFile: string; readonly certFile: string; readonly keyFile: string };
  /** Where further kubeconfigs may be written. */
  readonly folder: string;
}

/** An API server that tests talk to. */
export interface ApiServerAccess extends ApiServerAddress {
  /** A client with all rights; the caller disposes it. */
  client(options?: Partial<KubeClientOptions>): ReturnType<typeof createKubeClient>;
  /** Runs kubectl against this server. @returns its stdout. @throws Error with its stderr. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Writes a kubeconfig like {@link kubeconfig} that goes to `url` (a proxy), with `token` if given. @returns its path. */
  kubeconfigFor(url: string, token?: string): Promise<string>;
}

/** A real kube-apiserver on its own real etcd, on 127.0.0.1. Nothing reconciles: no controllers, no kubelet. */
export interface ApiServer extends ApiServerAccess, AsyncDisposable {
  /** Ends the API server gracefully; etcd goes on. */
  stop(): Promise<void>;
  /** Ends the API server with SIGKILL; etcd goes on. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same data; `newCertificate` makes a new CA, written to the same file. */
  restart(options?: { readonly newCertificate?: boolean }): Promise<void>;
  /** SIGSTOP: connections stay open, nothing answers. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
}

/** Starts etcd and kube-apiserver in a temporary folder; ready when this resolves. Disposing ends and removes all. */
export async function startApiServer({ flags = [] }: ApiServerOptions = {}): Promise<ApiServer> {
  const programs = await ensurePrograms(['etcd', 'kube-apiserver']);
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'api-server-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));

  const [etcdPort, etcdPeerPort, port] = await freePorts(3);
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${etcdPeerPort}`;
  const etcd = start(programs.etcd, join(folder, 'etcd.log'), [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
  ]);
  undo.defer(() => end(etcd, 'SIGKILL'));

  const token = randomBytes(16).toString('hex');
  const certDir = join(folder, 'certificates');
  const tls = {
    caFile: join(folder, 'ca.crt'),
    certFile: join(certDir, 'apiserver.crt'),
    keyFile: join(certDir, 'apiserver.key'),
  };
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await mkdir(certDir);
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
  await writeFile(join(folder, 'service-account.pub'), publicKey);
  await writeFile(join(folder, 'service-account.key'), privateKey);

  const url = `https://127.0.0.1:${port}`;
  const startServer = async (): Promise<ChildProcess> => {
    const server = start(programs['kube-apiserver'], join(folder, 'kube-apiserver.log'), [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      // It makes itself a CA and a certificate here when there is none.
      `--cert-dir=${certDir}`,
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(folder, 'service-account.pub')}`,
      `--service-account-signing-key-file=${join(folder, 'service-account.key')}`,
      // No controller makes service accounts here, and no Endpoints of the server itself are wanted.
      '--disable-admission-plugins=ServiceAccount',
      '--endpoint-reconciler-type=none',
      '--allow-privileged',
      ...flags,
    ]);
    try {
      await until(
        'kube-apiserver is ready',
        async () => {
          if (hasEnded(server))
            throw new Error(`kube-apiserver ended: ${await tail(join(folder, 'kube-apiserver.log'))}`);
          await writeFile(tls.caFile, await readFile(tls.certFile));
          return ready(url, tls.caFile, token);
        },
        { timeoutMs: 60_000, everyMs: 100 },
      );
    } catch (error) {
      await end(server, 'SIGKILL');
      throw error;
    }
    return server;
  };
  let server = await startServer();
  undo.defer(() => end(server, 'SIGKILL'));

  const kubeconfig = join(folder, 'kubeconfig');
  await writeKubeconfig(kubeconfig, url, tls.caFile, token);
  const running = undo.move();

  return {
    ...accessTo({ url, kubeconfig, token, tls, folder }),
    stop: () => end(server, 'SIGTERM'),
    kill: () => end(server, 'SIGKILL'),
    async restart({ newCertificate = false } = {}) {
      await end(server, 'SIGKILL');
      if (newCertificate) await Promise.all([rm(tls.certFile), rm(tls.keyFile)]);
      server = await startServer();
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await running.disposeAsync();
    },
  };
}

/** Talks to an API server that runs, be it in another process. */
export function accessTo(address: ApiServerAddress): ApiServerAccess {
  const { kubeconfig, token, tls, folder } = address;
  return {
    ...address,
    client: (options = {}) => createKubeClient({ kubeconfig, version: 'test', component: 'test', ...options }),
    kubectl: async (args, input) => {
      const { kubectl } = await ensurePrograms(['kubectl']);
      const env = clientEnvironment(kubeconfig);
      return run(kubectl, ['--kubeconfig', kubeconfig, ...args], { input: input ?? '', env });
    },
    async kubeconfigFor(url, asToken = token) {
      const path = join(folder, `kubeconfig-${randomBytes(4).toString('hex')}`);
      await writeKubeconfig(path, url, tls.caFile, asToken);
      return path;
    },
  };
}

function start(program: string, log: string, args: readonly string[]): ChildProcess {
  const file = openSync(log, 'a');
  try {
    return spawn(program, args, { stdio: ['ignore', file, file] });
  } finally {
    closeSync(file);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Ready, and the post-start hooks have made the default namespace and the RBAC roles. */
async function ready(url: string, caFile: string, token: string): Promise<boolean> {
  const dispatcher = new Agent({ connect: { ca: await readFile(caFile) } });
  const ok = async (path: string): Promise<boolean> => {
    const answer = await request(`${url}${path}`, { dispatcher, headers: { authorization: `Bearer ${token}` } });
    await answer.body.dump();
    return answer.statusCode === 200;
  };
  try {
    return (await ok('/readyz')) && (await ok('/api/v1/namespaces/default'));
  } finally {
    await dispatcher.destroy();
  }
}

/** Writes a kubeconfig; kubectl acts in `namespace` unless told otherwise. */
export async function writeKubeconfig(
  path: string,
  server: string,
  caFile: string,
  token: string,
  namespace = 'default',
): Promise<void> {
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': caFile } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin', namespace } }],
    'current-context': 'test',
  };
  await writeFile(path, JSON.stringify(content, undefined, 2));
}

async function tail(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).split('\n').slice(-5).join('\n');
}
