import type { CoordinatorPairSpec } from '../api/coordinator-pair.ts';
import type { LabelSelector } from '../kube/label-selector.ts';
import type { KubeObject, Stored } from '../kube/objects.ts';

/** Which Deployment or StatefulSet a pair looks after, in the pair's namespace. */
export type WorkloadRef = NonNullable<CoordinatorPairSpec['workloadRef']>;

/** apps/v1 Deployment or StatefulSet, as far as it is read. */
export interface Workload extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: LabelSelector;
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: { readonly containers?: readonly WorkloadContainer[] };
    };
  };
}

/** A container of a pod template, as far as it is read. */
export interface WorkloadContainer {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
}

/** What decisions need to know of a workload that runs a pair's pods. */
export interface WorkloadView {
  readonly kind: WorkloadRef['kind'];
  readonly name: string;
  readonly uid: string;
  /** Wished ones. */
  readonly replicas: number;
  /** The labels it selects its pods by; absent when it uses expressions too. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly templateLabels: Readonly<Record<string, string>>;
  /** Those of the pod template; what a webhook adds to the pods is not among them. */
  readonly containers: readonly WorkloadContainer[];
  /** Its controller, such as the CoordinatorPair that made it. */
  readonly controller?: { readonly kind: string; readonly name: string };
}

/** Reads a workload into what decisions need. */
export function viewWorkload({ kind, metadata, spec }: Stored<Workload>): WorkloadView {
  const { matchLabels, matchExpressions = [] } = spec?.selector ?? {};
  const controller = metadata.ownerReferences?.find((reference) => reference.controller);
  return {
    kind: kind as WorkloadRef['kind'],
    name: metadata.name,
    uid: metadata.uid,
    // Left out, apps/v1 means one; the API server always fills it in.
    replicas: spec?.replicas ?? 1,
    ...(matchLabels && matchExpressions.length === 0 ? { selector: matchLabels } : {}),
    templateLabels: spec?.template?.metadata?.labels ?? {},
    containers: spec?.template?.spec?.containers ?? [],
    ...(controller ? { controller: { kind: controller.kind, name: controller.name } } : {}),
  };
}

/**
 * The container that runs the coordinator: the one that `workloadRef.containerName` names; else the one whose command
 * line has `milvus run`, with whatever wrapper before it (milvus-helm up to 4.1 and milvus-operator start a script that
 * executes its arguments; a command line in one string counts too); else the only one there is.
 *
 * @returns undefined where that is not certain: the end of another container would pass for the end of Milvus.
 */
export function coordinatorContainer(
  { containers }: WorkloadView,
  { containerName }: WorkloadRef,
): WorkloadContainer | undefined {
  if (containerName !== undefined) return containers.find(({ name }) => name === containerName);
  const running = containers.filter(runsMilvus);
  const candidates = running.length > 0 ? running : containers;
  return candidates.length === 1 ? candidates[0] : undefined;
}

function runsMilvus({ command = [], args = [] }: WorkloadContainer): boolean {
  return /(^|[\s/])milvus\s+run\s/.test([...command, ...args].join(' '));
}

/** A selector as text, for list calls and `status.selector`. */
export function selectorText(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}
