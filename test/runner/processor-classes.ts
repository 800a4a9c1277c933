/** What /proc says of a process, as far as it tells whose work it does. */
export interface SeenProcess {
  /** `comm`, at most 15 characters. */
  readonly name: string;
  readonly commandLine: string;
  /** The text of /proc/PID/cgroup. */
  readonly cgroup: string;
}

/** Programs of the cluster itself, by `comm`. */
const clusterPrograms: Readonly<Record<string, string>> = {
  'kube-apiserver': 'API servers',
  etcd: 'etcd of the API servers',
  kubelet: 'kubelets',
  'kube-controller': 'controllers, schedulers, proxies, DNS',
  'kube-scheduler': 'controllers, schedulers, proxies, DNS',
  'kube-proxy': 'controllers, schedulers, proxies, DNS',
  coredns: 'controllers, schedulers, proxies, DNS',
  containerd: 'containerd and shims',
  'containerd-shim': 'containerd and shims',
};

/** Programs that tests start and wait for: counted with whoever waited for them, when they end. */
const ofTests = ['kubectl', 'etcdctl', 'etcdutl', 'helm'];

/** What a class is called whose processes end before a sample sees them. */
export const shortLived = 'short-lived processes of the cluster (probes, runc)';

/** What the programs are called that tests start. */
export const programsOfTests = 'programs that tests run (kubectl, etcdctl)';

/** Which class a process belongs to; undefined where its time is counted elsewhere or nothing is known of it. */
export function classOf({ name, commandLine, cgroup }: SeenProcess): string | undefined {
  if (cgroup.includes('kubepods')) return name === 'node' || name === 'MainThread' ? 'operators' : `pods: ${name}`;
  if (ofTests.includes(name)) return undefined;
  if (commandLine.includes('jest')) return 'tests (jest)';
  return clusterPrograms[name];
}

/** Milliseconds on a processor by class, the largest first, with what is left of the time that no class explains. */
export function inOrder(byClass: ReadonlyMap<string, number>, busyMs: number): readonly (readonly [string, number])[] {
  const known = [...byClass.values()].reduce((sum, ms) => sum + ms, 0);
  const all: [string, number][] = [...byClass, [shortLived, Math.max(0, busyMs - known)]];
  return all.toSorted(([, a], [, b]) => b - a);
}
