import { loadAll } from 'js-yaml';
import { helm, chartFolder, renderChart } from '../../../scripts/support/chart.ts';

/** A manifest, loosely: tests look into it by path. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly name: string; readonly namespace: string }[];
  readonly spec?: unknown;
}

/** One rule of a role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** What the chart renders with `values` given as `--set-json` arguments, `path=json`. */
export async function render(...values: readonly string[]): Promise<readonly Manifest[]> {
  const text = await renderChart(values.flatMap((value) => ['--set-json', value]));
  return (loadAll(text) as (Manifest | null)[]).filter((manifest) => manifest !== null);
}

/** What `helm lint --strict` says of the chart; rejects when it finds fault. */
export function lint(...values: readonly string[]): Promise<string> {
  return helm(['lint', '--strict', chartFolder, ...values.flatMap((value) => ['--set-json', value])]);
}

/** The manifests of one kind. */
export function ofKind(manifests: readonly Manifest[], ...kinds: readonly string[]): readonly Manifest[] {
  return manifests.filter(({ kind }) => kinds.includes(kind));
}

/** `kind namespace/name` of each manifest, sorted. */
export function namesOf(manifests: readonly Manifest[]): string[] {
  return manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`).sort();
}
