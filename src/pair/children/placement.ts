import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import { podSelector } from '../../api/names.ts';

/** The anti-affinity lists of a pod, as far as ours is added to them. */
interface PodAntiAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly object[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly object[];
}

/** The user's affinity, and ours beside it: the two pods on different nodes. */
export function affinity(pair: CoordinatorPair): object {
  const users = (pair.spec.pod.affinity ?? {}) as { readonly podAntiAffinity?: PodAntiAffinity };
  const { podAntiAffinity = {} } = users;
  const term = {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: podSelector(pair.metadata.name) },
  };
  const required = podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const ours: PodAntiAffinity =
    pair.spec.placement === 'Required'
      ? { requiredDuringSchedulingIgnoredDuringExecution: [...required, term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [...preferred, { weight: 100, podAffinityTerm: term }] };
  return { ...users, podAntiAffinity: { ...podAntiAffinity, ...ours } };
}

/** The user's constraints, or a preference for different zones. */
export function topologySpreadConstraints(pair: CoordinatorPair): readonly object[] {
  return (
    pair.spec.pod.topologySpreadConstraints ?? [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: podSelector(pair.metadata.name) },
      },
    ]
  );
}
