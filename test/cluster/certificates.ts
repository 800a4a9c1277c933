import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { ClusterPlan } from './plan.ts';
import { run } from './process.ts';

/** A certificate and its key, as files. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** All certificates of a cluster. Users are known to the API server by CN (name) and O (group). */
export interface Certificates {
  readonly authority: KeyPair;
  readonly apiServer: KeyPair;
  /** The API server's own, towards the kubelets. */
  readonly kubeletClient: KeyPair;
  /** For signing service account tokens; the certificate stands for the public key. */
  readonly serviceAccounts: KeyPair;
  readonly admin: KeyPair;
  readonly controllerManager: KeyPair;
  readonly scheduler: KeyPair;
  readonly kubeProxy: KeyPair;
  readonly coredns: KeyPair;
  readonly kubelets: Readonly<Record<string, KeyPair>>;
}

const validDays = '3650';
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** The name under which CoreDNS knocks; cluster-dns.ts gives it its rights. */
export const corednsUser = 'system:coredns';

/** Makes one authority and everything signed by it. `openssl req -x509 -CA` needs OpenSSL 3. */
export async function makeCertificates(plan: ClusterPlan, signal?: AbortSignal): Promise<Certificates> {
  const folder = join(plan.runDir, 'pki');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pair = (name: string): KeyPair => ({
    certificate: join(folder, `${name}.crt`),
    key: join(folder, `${name}.key`),
  });
  const authority = pair('ca');
  const request = async (name: string, subject: string, extra: readonly string[]): Promise<KeyPair> => {
    const made = pair(name);
    const output = ['-keyout', made.key, '-out', made.certificate, '-days', validDays, '-subj', subject];
    await run('openssl', ['req', '-x509', ...newKey, ...output, ...extra], { signal });
    return made;
  };
  await request('ca', '/CN=coordinator-pair-cluster', []);
  const signed = (name: string, subject: string, alternativeNames?: string) =>
    request(name, subject, [
      ...['-CA', authority.certificate, '-CAkey', authority.key],
      ...['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
      ...(alternativeNames === undefined ? [] : ['-addext', `subjectAltName=${alternativeNames}`]),
    ]);
  const apiNames = [
    ...[
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      'localhost',
    ].map((name) => `DNS:${name}`),
    ...[plan.hostAddress, plan.apiServiceAddress, '127.0.0.1'].map((address) => `IP:${address}`),
  ].join(',');
  const kubelets = async () => {
    const entries = plan.nodes.map(
      async ({ name }) => [name, await signed(`kubelet-${name}`, `/O=system:nodes/CN=system:node:${name}`)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  };
  const made = {
    apiServer: signed('apiserver', '/CN=kube-apiserver', apiNames),
    kubeletClient: signed('kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client'),
    serviceAccounts: signed('service-accounts', '/CN=service-accounts'),
    admin: signed('admin', '/O=system:masters/CN=kubernetes-admin'),
    controllerManager: signed('controller-manager', '/CN=system:kube-controller-manager'),
    scheduler: signed('scheduler', '/CN=system:kube-scheduler'),
    kubeProxy: signed('kube-proxy', '/CN=system:kube-proxy'),
    coredns: signed('coredns', `/CN=${corednsUser}`),
    kubelets: kubelets(),
  };
  await Promise.all(Object.values(made));
  return {
    authority,
    apiServer: await made.apiServer,
    kubeletClient: await made.kubeletClient,
    serviceAccounts: await made.serviceAccounts,
    admin: await made.admin,
    controllerManager: await made.controllerManager,
    scheduler: await made.scheduler,
    kubeProxy: await made.kubeProxy,
    coredns: await made.coredns,
    kubelets: await made.kubelets,
  };
}
