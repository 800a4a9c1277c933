import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request, type Dispatcher } from 'undici';
import { makeTLSMaterial, type TLSMaterial } from '../../integration/support/tls-material.ts';
import type { EtcdOptions } from './etcd-stateful-set.ts';

/** How long a connection may take to be there. */
const connectMs = 2_000;
/** How long a login may take: it costs etcd more than any other call. */
const logInMs = 15_000;

/** The password of the user root where authentication is on. */
export const rootPassword = 'correct horse:battery';

/** The Secrets that an etcd, and its guard, take certificates and the user from. */
export const secretNames = (etcd: string) => ({ tls: `${etcd}-certificates`, auth: `${etcd}-root` });

/**
 * What one needs beside an address to talk to an etcd that has certificates, users or both. From here members are reached
 * by addresses, which no certificate carries: etcdctl does not check them.
 */
export class EtcdAccess {
  readonly flags: readonly string[];
  readonly #dispatcher: Agent;
  readonly #auth: boolean;
  #token: Promise<string> | undefined;

  constructor({ tls, auth }: { readonly tls?: TLSMaterial; readonly auth: boolean }) {
    this.#auth = auth;
    const own = tls && { cert: tls.nameless.cert, key: tls.nameless.key };
    this.#dispatcher = new Agent({
      // Each call ends its connection, which would end those of all others.
      allowH2: false,
      connect: { timeout: connectMs, ...(tls && own ? { ca: tls.ca.cert, servername: 'localhost', ...own } : {}) },
    });
    this.flags = [
      ...(tls ? ['--insecure-skip-tls-verify', '--cert', tls.nameless.certFile, '--key', tls.nameless.keyFile] : []),
      ...(auth
        ? ['--dial-timeout', '15s', '--command-timeout', '25s', '--user', 'root', '--password', rootPassword]
        : []),
    ];
  }

  /** For a call of the HTTP gateway. @throws Error when nobody can log in now. */
  async gateway(url: string): Promise<{ readonly dispatcher: Dispatcher; readonly headers: Record<string, string> }> {
    const dispatcher = this.#dispatcher;
    if (!this.#auth) return { dispatcher, headers: {} };
    this.#token ??= this.#logIn(url);
    this.#token.catch(() => this.forget());
    return { dispatcher, headers: { authorization: await this.#token } };
  }

  /** Another token is got for the next call: an etcd that was restarted knows none of before, a restored one is silent about them. */
  forget(): void {
    this.#token = undefined;
  }

  async #logIn(url: string): Promise<string> {
    const { statusCode, body } = await request(`${url}/v3/auth/authenticate`, {
      dispatcher: this.#dispatcher,
      method: 'POST',
      body: JSON.stringify({ name: 'root', password: rootPassword }),
      reset: true,
      signal: AbortSignal.timeout(logInMs),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`logging in: ${statusCode} ${text}`);
    return (JSON.parse(text) as { readonly token: string }).token;
  }
}

/** Certificates and users as an etcd's options want them, with the Secrets that hold them. */
export async function makeAccess(
  name: string,
  namespace: string,
  { tls, auth }: Pick<EtcdOptions, 'tls' | 'auth'>,
): Promise<{ readonly access: EtcdAccess; readonly secrets: readonly object[] } | undefined> {
  if (!tls && !auth) return undefined;
  const material = tls ? await makeCertificates(name, namespace) : undefined;
  const secret = (secretName: string, stringData: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName },
    stringData,
  });
  const names = secretNames(name);
  return {
    access: new EtcdAccess({ auth, ...(material ? { tls: material } : {}) }),
    secrets: [
      ...(auth ? [secret(names.auth, { username: 'root', password: rootPassword })] : []),
      ...(material
        ? [
            secret(names.tls, {
              'ca.crt': material.ca.cert,
              'tls.crt': material.server.cert,
              'tls.key': material.server.key,
            }),
          ]
        : []),
    ],
  };
}

/** Members see to it that a certificate which another one shows has a name that leads to where it comes from. */
async function makeCertificates(name: string, namespace: string): Promise<TLSMaterial> {
  const folder = await mkdtemp(join(tmpdir(), 'etcd-certificates-'));
  // Read when it is made; etcdctl wants the client's as files, which go with the process that made them.
  process.once('exit', () => void rm(folder, { recursive: true, force: true }));
  const service = `${name}.${namespace}.svc.cluster.local`;
  const headless = `${name}-headless.${namespace}.svc.cluster.local`;
  return makeTLSMaterial(folder, [service, headless, `*.${headless}`]);
}
