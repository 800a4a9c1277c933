import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { run } from '../../cluster/process.ts';

/** A certificate and its key: PEM texts and the files that hold them. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority and what it has signed. */
export interface TLSMaterial {
  readonly ca: Certificate;
  /** Carries 127.0.0.1, ::1, localhost and what else was asked for. */
  readonly server: Certificate;
  /** CN `client`. */
  readonly client: Certificate;
  /** A client's without a CN: the HTTP gateway of an etcd with users takes no other. */
  readonly nameless: Certificate;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/**
 * Makes one authority with a server and a client certificate below `folder`. Needs the openssl command.
 * @param hosts more names of the server
 */
export async function makeTLSMaterial(folder: string, hosts: readonly string[] = []): Promise<TLSMaterial> {
  const make = async (name: string, extra: readonly string[], subject = `/CN=${name}`): Promise<Certificate> => {
    const certFile = join(folder, `${name}.crt`);
    const keyFile = join(folder, `${name}.key`);
    const output = ['-keyout', keyFile, '-out', certFile, '-days', '2', '-subj', subject];
    await run('openssl', ['req', '-x509', ...newKey, ...output, ...extra]);
    return { certFile, keyFile, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
  };
  const ca = await make('ca', []);
  const signed = ['-CA', ca.certFile, '-CAkey', ca.keyFile, '-addext', 'basicConstraints=critical,CA:FALSE'];
  const hostNames = ['localhost', ...hosts].map((host) => `DNS:${host}`).join(',');
  const names = ['-addext', `subjectAltName=${hostNames},IP:127.0.0.1,IP:::1`];
  const forClients = [...signed, '-addext', 'extendedKeyUsage=clientAuth'];
  const [server, client, nameless] = await Promise.all([
    make('server', [...signed, ...names, '-addext', 'extendedKeyUsage=serverAuth,clientAuth']),
    make('client', forClients),
    make('nameless', forClients, '/O=clients'),
  ]);
  return { ca, server, client, nameless };
}
