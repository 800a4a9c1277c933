import { OPERATOR } from '../../api/names.ts';
import { controllerOf, PAUSE_ANNOTATION, type ManagedFields, type Workload } from './objects.ts';

/** What of a workload tells who scaled it. */
type Scaled = Omit<Workload, 'spec'> & { readonly spec?: Pick<NonNullable<Workload['spec']>, 'replicas'> };

/** What is done about somebody who sets replicas, by the name under which they write. */
interface Habit {
  readonly manager: RegExp;
  /** Who it is, and how to keep them from it for the time. */
  readonly cure: (workload: Scaled) => string;
}

const metaOf = ({ metadata }: Scaled, key: string): string | undefined =>
  metadata.labels?.[key] ?? metadata.annotations?.[key];

/** `kubectl -n <namespace>`. */
const kubectl = ({ metadata }: Scaled): string => `kubectl -n ${metadata.namespace ?? 'default'}`;

const habits: readonly Habit[] = [
  {
    manager: /^argocd/,
    cure: (workload) => {
      const application =
        metaOf(workload, 'argocd.argoproj.io/tracking-id')?.split(':')[0] ??
        metaOf(workload, 'argocd.argoproj.io/instance') ??
        metaOf(workload, 'app.kubernetes.io/instance') ??
        'APPLICATION';
      return `Argo CD heals it; stop that for the time: kubectl -n argocd patch application ${application} --type merge --patch '{"spec":{"syncPolicy":{"automated":null}}}'`;
    },
  },
  {
    manager: /^kustomize-controller$/,
    cure: (workload) =>
      `Flux applies it; stop that for the time: flux suspend kustomization ${metaOf(workload, 'kustomize.toolkit.fluxcd.io/name') ?? 'NAME'} --namespace ${metaOf(workload, 'kustomize.toolkit.fluxcd.io/namespace') ?? 'flux-system'}`,
  },
  {
    manager: /^helm-controller$/,
    cure: (workload) =>
      `Flux upgrades its Helm release; stop that for the time: flux suspend helmrelease ${metaOf(workload, 'helm.toolkit.fluxcd.io/name') ?? 'NAME'} --namespace ${metaOf(workload, 'helm.toolkit.fluxcd.io/namespace') ?? 'flux-system'}`,
  },
  {
    manager: /^keda/,
    cure: (workload) =>
      `KEDA scales it; stop that for the time: ${kubectl(workload)} annotate scaledobject SCALEDOBJECT autoscaling.keda.sh/paused=true`,
  },
  {
    manager: /^(kube-controller-manager|horizontal-pod-autoscaler)$/,
    cure: () => 'a HorizontalPodAutoscaler scales it; one that finds no replicas rests',
  },
  {
    manager: /^helm$/,
    cure: () => 'somebody ran helm upgrade; let nobody run it before the recovery has ended',
  },
  {
    manager: /^kubectl/,
    cure: () => 'somebody did so by hand',
  },
];

/** Says who has scaled a workload up that should have no pods, and what to do about it. */
export function scaledBy(workload: Scaled): string {
  const what = `${workload.kind} ${workload.metadata.name} asks for ${workload.spec?.replicas ?? 1} replicas`;
  const manager = managerOf(workload);
  if (manager === undefined) return what;
  return `${what}, set by the field manager ${manager}: ${cureFor(manager, workload)}; then scale it down: ${scaleDown(workload)}`;
}

function cureFor(manager: string, workload: Scaled): string {
  const owner = controllerOf(workload);
  if (owner?.kind === 'Milvus')
    return `milvus-operator runs it for Milvus ${owner.name}; name that in spec.milvus.milvusName of the EtcdGuard, or, where it is named, scale a milvus-operator too old to know ${PAUSE_ANNOTATION} to none for the time`;
  const habit = habits.find((one) => one.manager.test(manager));
  return habit?.cure(workload) ?? 'find out who that is, and keep it from doing so';
}

function scaleDown(workload: Scaled): string {
  return `${kubectl(workload)} scale ${workload.kind.toLowerCase()} ${workload.metadata.name} --replicas=0`;
}

/** Who set `spec.replicas` last; undefined: this operator, or nobody knows. */
function managerOf({ metadata: { managedFields = [] } }: Scaled): string | undefined {
  const owners = managedFields
    .filter(setsReplicas)
    .sort(({ time: a = '' }, { time: b = '' }) => (a < b ? 1 : a > b ? -1 : 0));
  const [last] = owners;
  return last?.manager === OPERATOR ? undefined : last?.manager;
}

function setsReplicas({ fieldsV1 }: ManagedFields): boolean {
  const spec = fieldsV1?.['f:spec'];
  return typeof spec === 'object' && spec !== null && 'f:replicas' in spec;
}
