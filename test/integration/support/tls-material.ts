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
  /** Carries 127.0.0.1 and localhost. */
  readonly server: Certificate;
  /** CN `client`. */
  readonly client: Certificate;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes one authority with a server and a client certificate below `folder`. Needs the openssl command. */
export async function makeTLSMaterial(folder: string): Promise<TLSMaterial> {
  const make = async (name: string, extra: readonly string[]): Promise<Certificate> => {
    const certFile = join(folder, `${name}.crt`);
    const keyFile = join(folder, `${name}.key`);
    const output = ['-keyout', keyFile, '-out', certFile, '-days', '2', '-subj', `/CN=${name}`];
    await run('openssl', ['req', '-x509', ...newKey, ...output, ...extra]);
    return { certFile, keyFile, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
  };
  const ca = await make('ca', []);
  const signed = ['-CA', ca.certFile, '-CAkey', ca.keyFile, '-addext', 'basicConstraints=critical,CA:FALSE'];
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const [server, client] = await Promise.all([
    make('server', [...signed, ...names, '-addext', 'extendedKeyUsage=serverAuth,clientAuth']),
    make('client', [...signed, '-addext', 'extendedKeyUsage=clientAuth']),
  ]);
  return { ca, server, client };
}
