import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callApi, createObject, readObject } from './api.ts';
import { auditPolicy } from './audit.ts';
import type { Certificates } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { ClusterPlan } from './plan.ts';
import { apiPort } from './plan.ts';
import { until } from './process.ts';
import type { ClusterState } from './state.ts';
import { assertDaemonRuns } from './state.ts';

/** Programs the control plane is made of. */
export const controlPlanePrograms = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/** The name under which the API server's process is known. */
export const apiServer = 'kube-apiserver';

/** Every write to the API server, one JSON object a line, with user and user agent. */
export const auditLog = (plan: ClusterPlan): string => join(plan.runDir, 'audit.log');

/** What clients may do to the server before it slows them down: as much as two cores can take. */
const qps = 500;
const burst = 1000;

/** Starts etcd and the API server and waits until it is ready. */
export async function startApiServer(
  state: ClusterState,
  certificates: Certificates,
  programs: Readonly<Record<'etcd' | 'kube-apiserver', string>>,
  signal: AbortSignal,
): Promise<void> {
  const { plan } = state;
  const etcdUrl = `http://${plan.loopbackAddress}:2379`;
  const peerUrl = `http://${plan.loopbackAddress}:2380`;
  await state.start('etcd', {
    command: programs.etcd,
    args: [
      ...['--name', 'main', '--data-dir', etcdFolder(plan), '--log-level', 'warn'],
      ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
      ...[
        '--listen-peer-urls',
        peerUrl,
        '--initial-advertise-peer-urls',
        peerUrl,
        '--initial-cluster',
        `main=${peerUrl}`,
      ],
      '--unsafe-no-fsync', // its data need not survive a power cut
    ],
  });
  const policy = join(plan.runDir, 'audit-policy.yaml');
  await writeFile(policy, JSON.stringify(auditPolicy));
  await state.start(apiServer, {
    command: programs['kube-apiserver'],
    args: [
      `--etcd-servers=${etcdUrl}`,
      `--bind-address=${plan.hostAddress}`,
      `--advertise-address=${plan.hostAddress}`,
      `--secure-port=${apiPort}`,
      `--service-cluster-ip-range=${plan.serviceCidr}`,
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      `--client-ca-file=${certificates.authority.certificate}`,
      `--tls-cert-file=${certificates.apiServer.certificate}`,
      `--tls-private-key-file=${certificates.apiServer.key}`,
      `--kubelet-client-certificate=${certificates.kubeletClient.certificate}`,
      `--kubelet-client-key=${certificates.kubeletClient.key}`,
      '--kubelet-preferred-address-types=InternalIP', // for logs and exec; nodes' names mean nothing to the host
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${certificates.serviceAccounts.certificate}`,
      `--service-account-signing-key-file=${certificates.serviceAccounts.key}`,
      // Without these the controller manager logs errors for ever.
      `--requestheader-client-ca-file=${certificates.authority.certificate}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--audit-policy-file=${policy}`,
      `--audit-log-path=${auditLog(plan)}`,
      '--profiling=false',
    ],
  });
  await waitForApiServer(state, signal);
}

/**
 * Starts what acts on the API: the controller manager and the scheduler. They are started again when they fail: after an
 * outage of the API server the scheduler ends itself when its watch shows a pod of a StatefulSet with another uid (seen with
 * 1.35.4: "Pod updated on a different node than previously added to").
 */
export async function startControllers(
  state: ClusterState,
  certificates: Certificates,
  programs: Readonly<Record<'kube-controller-manager' | 'kube-scheduler', string>>,
): Promise<void> {
  const { plan } = state;
  const folder = join(plan.runDir, 'control-plane');
  await mkdir(folder, { recursive: true });
  const managerConfig = join(folder, 'controller-manager.kubeconfig');
  writeKubeconfig(plan, managerConfig, certificates.controllerManager, certificates.authority);
  await state.start('kube-controller-manager', {
    command: programs['kube-controller-manager'],
    startedAgain: true,
    args: [
      `--kubeconfig=${managerConfig}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${certificates.serviceAccounts.key}`,
      `--root-ca-file=${certificates.authority.certificate}`,
      `--cluster-signing-cert-file=${certificates.authority.certificate}`,
      `--cluster-signing-key-file=${certificates.authority.key}`,
      `--cluster-cidr=${plan.podCidr}`,
      '--enable-hostpath-provisioner=true',
      '--pvclaimbinder-sync-period=1s', // else a claim made in the wrong moment waits for 15 s
      '--node-monitor-period=2s',
      '--node-monitor-grace-period=20s', // a lost node is noticed in half the usual time
      `--kube-api-qps=${qps}`,
      `--kube-api-burst=${burst}`,
      '--concurrent-statefulset-syncs=20',
    ],
  });
  const schedulerUser = join(folder, 'scheduler.kubeconfig');
  writeKubeconfig(plan, schedulerUser, certificates.scheduler, certificates.authority);
  const schedulerConfig = join(folder, 'scheduler.yaml');
  const configuration = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    clientConnection: { kubeconfig: schedulerUser, qps, burst },
    leaderElection: { leaderElect: false },
  };
  await writeFile(schedulerConfig, JSON.stringify(configuration));
  const args = [`--config=${schedulerConfig}`, '--secure-port=0'];
  await state.start('kube-scheduler', { command: programs['kube-scheduler'], startedAgain: true, args });
}

/** Waits until the API server answers that it is ready. */
export async function waitForApiServer(state: ClusterState, signal?: AbortSignal): Promise<void> {
  await until(
    'the API server to be ready',
    () => whileAlive(state, ['etcd', apiServer], () => callApi(state.plan, 'GET', '/readyz')),
    {
      timeoutMs: 120_000,
      intervalMs: 100,
      signal,
    },
  );
}

/** Waits until every node is Ready and the default service account, without which no pod starts, exists. */
export async function waitForNodes(state: ClusterState, signal: AbortSignal): Promise<void> {
  const names = state.plan.nodes.map((node) => node.name);
  const needed = names.flatMap((name) => [`${name}/containerd`, `${name}/kubelet`, `${name}/kube-proxy`]);
  await until(
    'all nodes to be Ready',
    () =>
      whileAlive(state, ['etcd', apiServer, ...needed], async () => {
        const ready = await readyNodes(state.plan);
        return names.every((name) => ready.includes(name));
      }),
    { timeoutMs: 120_000, intervalMs: 200, signal },
  );
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await until('the default service account', () => callApi(state.plan, 'GET', account), { timeoutMs: 60_000, signal });
}

/** The nodes whose condition Ready is True. */
export async function readyNodes(plan: ClusterPlan): Promise<string[]> {
  const list = (await readObject(plan, '/api/v1/nodes')) as {
    items: { metadata: { name: string }; status?: { conditions?: { type: string; status: string }[] } }[];
  };
  const isReady = (node: (typeof list.items)[number]) =>
    node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  return list.items.filter(isReady).map((node) => node.metadata.name);
}

/** Runs a check, and gives up at once when one of the programs it depends on has ended. */
async function whileAlive<T>(state: ClusterState, names: readonly string[], check: () => Promise<T>): Promise<T> {
  for (const name of names) await assertDaemonRuns(state, name);
  return check();
}

/** The class every PVC without one gets: a folder on this machine, so a volume follows its pod to any node. */
export async function createStorageClass(plan: ClusterPlan): Promise<void> {
  await createObject(plan, '/apis/storage.k8s.io/v1/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/host-path',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  });
}

/** Where etcd keeps its data. */
export const etcdFolder = (plan: ClusterPlan): string => join(plan.runDir, 'etcd');
