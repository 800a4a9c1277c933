import { join } from 'node:path';
import type { ClusterPlan, NodePlan } from './plan.ts';
import { networkName } from './plan.ts';

/** Where things of a node lie. */
export const nodePaths = (node: NodePlan) => {
  const at = (...parts: string[]) => join(node.runDir, ...parts);
  return {
    containerdConfig: at('containerd.toml'),
    containerdRoot: at('containerd'),
    /** Containers' bundles and namespaces; short, as a socket's path may have 107 bytes. */
    containerdState: at('run'),
    containerdSocket: at('containerd.sock'),
    cniConfig: at('cni', 'net.d'),
    cniData: at('cni', 'addresses'),
    runcRoot: at('runc'),
    kubeletRoot: at('kubelet'),
    kubeletConfig: at('kubelet.yaml'),
    kubeletPki: at('kubelet-pki'),
    podLogs: at('pod-logs'),
    resolvConf: at('resolv.conf'),
    proxyConfig: at('kube-proxy.yaml'),
  };
};

/** The image of the process that keeps a pod's namespaces. */
export const pauseImage = 'localhost/coordinator-pair-pause:1';

/**
 * containerd's configuration.
 * `restrict_oom_score_adj`: where the machine lacks CAP_SYS_RESOURCE every sandbox otherwise fails with "can't get
 * final child's PID from pipe: EOF". The network namespaces lie below the state folder, so that removing finds them.
 */
export function containerdConfig(node: NodePlan, cniPlugins: string): string {
  const paths = nodePaths(node);
  return `version = 2
root = "${paths.containerdRoot}"
state = "${paths.containerdState}"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "${paths.containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  disable_tcp_service = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins}"
    conf_dir = "${paths.cniConfig}"
    max_conf_num = 1
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "${paths.runcRoot}"
`;
}

/** Pods' network on a node: a bridge, an address from the node's range, and host ports. */
export function cniConfig(plan: ClusterPlan, node: NodePlan): unknown {
  return {
    cniVersion: '1.0.0',
    name: networkName(plan.name),
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        ipMasq: false,
        ipam: {
          type: 'host-local',
          dataDir: nodePaths(node).cniData,
          ranges: [[{ subnet: node.podCidr }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

/** The kubelet's configuration. */
export function kubeletConfig(plan: ClusterPlan, node: NodePlan, authority: string): unknown {
  const paths = nodePaths(node);
  const almostFull = {
    'memory.available': '50Mi',
    'nodefs.available': '1%',
    'nodefs.inodesFree': '1%',
    'imagefs.available': '1%',
  };
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: node.address,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: authority } },
    authorization: { mode: 'Webhook' },
    clusterDNS: [plan.dnsServiceAddress],
    clusterDomain: 'cluster.local',
    resolvConf: paths.resolvConf,
    containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${node.cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0, // lowering it needs CAP_SYS_RESOURCE
    podLogsDir: paths.podLogs,
    volumePluginDir: join(node.runDir, 'volume-plugins'),
    maxPods: 110,
    healthzPort: 0,
    readOnlyPort: 0,
    nodeStatusUpdateFrequency: '4s',
    nodeLeaseDurationSeconds: 20,
    evictionHard: almostFull,
    imageGCHighThresholdPercent: 100,
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
    registryPullQPS: 0,
    eventRecordQPS: 0,
    // A container that is killed again and again would otherwise wait for minutes; one that crashes must not use a core.
    featureGates: { KubeletCrashLoopBackOffMax: true },
    crashLoopBackOff: { maxContainerRestartPeriod: '3s' },
    enforceNodeAllocatable: ['pods'],
    shutdownGracePeriod: '0s',
  };
}

/** kube-proxy's configuration: it must not touch the machine's connection tracking limits. */
export function proxyConfig(plan: ClusterPlan, node: NodePlan, kubeconfig: string): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig },
    hostnameOverride: node.name,
    clusterCIDR: plan.podCidr, // packets from elsewhere, such as the host, are masqueraded
    detectLocalMode: 'ClusterCIDR',
    healthzBindAddress: '',
    metricsBindAddress: '',
    oomScoreAdj: 0,
    iptables: { minSyncPeriod: '100ms', syncPeriod: '30s' },
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
