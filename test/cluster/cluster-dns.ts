import { Resolver } from 'node:dns/promises';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createObject } from './api.ts';
import type { Certificates } from './certificates.ts';
import { corednsUser } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { ClusterPlan } from './plan.ts';
import { dnsPort } from './plan.ts';
import { until } from './process.ts';
import type { ClusterState } from './state.ts';
import { assertDaemonRuns } from './state.ts';

/** The process' name in the cluster's state. */
export const dnsDaemon = 'coredns';

/**
 * The cluster's DNS, as a process of the host: no image, and it goes on when a node dies. It knows the cluster and
 * nothing else: any other name does not exist, and no question leaves the machine. Answers live 1 s, so that a test
 * sees a headless Service change without waiting for a cache.
 */
const corefile = (plan: ClusterPlan, kubeconfig: string): string => `cluster.local:${dnsPort} in-addr.arpa:${dnsPort} {
  bind ${plan.hostAddress}
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfig}
    pods insecure
    ttl 1
  }
}
.:${dnsPort} {
  bind ${plan.hostAddress}
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;

/** Starts CoreDNS and makes the Service through which pods reach it. */
export async function startDns(state: ClusterState, certificates: Certificates, program: string): Promise<void> {
  const { plan } = state;
  const folder = join(plan.runDir, 'dns');
  await mkdir(folder, { recursive: true });
  const kubeconfig = writeKubeconfig(plan, join(folder, 'kubeconfig'), certificates.coredns, certificates.authority);
  const config = join(folder, 'Corefile');
  await writeFile(config, corefile(plan, kubeconfig));
  await createRights(plan);
  await state.start(dnsDaemon, { command: program, args: ['-conf', config] });
  await createService(plan);
}

/** Waits until the DNS knows the cluster. */
export async function waitForDns(state: ClusterState, signal: AbortSignal): Promise<void> {
  const { plan } = state;
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`${plan.hostAddress}:${dnsPort}`]);
  const resolves = async () => {
    await assertDaemonRuns(state, dnsDaemon);
    return (await resolver.resolve4('kubernetes.default.svc.cluster.local')).includes(plan.apiServiceAddress);
  };
  await until('the cluster DNS to answer', resolves, { timeoutMs: 60_000, signal });
}

async function createRights(plan: ClusterPlan): Promise<void> {
  const name = 'cluster-dns';
  const api = '/apis/rbac.authorization.k8s.io/v1';
  await createObject(plan, `${api}/clusterroles`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: [
      { apiGroups: [''], resources: ['services', 'namespaces', 'pods', 'endpoints'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ],
  });
  await createObject(plan, `${api}/clusterrolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: corednsUser }],
  });
}

/** A Service without a selector: its one endpoint is the host's address on the bridge. */
async function createService(plan: ClusterPlan): Promise<void> {
  const name = 'kube-dns';
  const protocols = ['UDP', 'TCP'].map((protocol) => ({ name: `dns-${protocol.toLowerCase()}`, protocol }));
  await createObject(plan, '/api/v1/namespaces/kube-system/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'kube-system' },
    spec: {
      clusterIP: plan.dnsServiceAddress,
      ports: protocols.map((port) => ({ ...port, port: 53, targetPort: dnsPort })),
    },
  });
  await createObject(plan, '/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'kube-system', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [plan.hostAddress], conditions: { ready: true } }],
    ports: protocols.map((port) => ({ ...port, port: dnsPort })),
  });
}
