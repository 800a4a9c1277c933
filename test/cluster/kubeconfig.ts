import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KeyPair } from './certificates.ts';
import type { ClusterPlan } from './plan.ts';
import { apiPort } from './plan.ts';

/** Where the API server is reached, from the host as well as from the nodes. */
export const apiServerUrl = (plan: ClusterPlan): string => `https://${plan.hostAddress}:${apiPort}`;

/** The administrator's kubeconfig. */
export const adminKubeconfig = (plan: ClusterPlan): string => join(plan.runDir, 'kubeconfig');

/** Environment for kubectl and helm: what they learn of the cluster is kept, and removed, beside its kubeconfig. */
export const clientEnvironment = (kubeconfig: string) => ({ KUBECACHEDIR: join(dirname(kubeconfig), 'client-cache') });

const base64 = (file: string) => readFileSync(file).toString('base64');

/** Writes a kubeconfig that holds everything it needs. JSON is YAML, so every client reads it. */
export function writeKubeconfig(plan: ClusterPlan, file: string, user: KeyPair, authority: KeyPair): string {
  const name = `cpo-${plan.name}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      { name, cluster: { server: apiServerUrl(plan), 'certificate-authority-data': base64(authority.certificate) } },
    ],
    users: [
      {
        name,
        user: { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  };
  writeFileSync(file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  return file;
}
