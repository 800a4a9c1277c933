import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { renderChart } from '../../../scripts/support/chart.ts';
import { progress } from '../../cluster/cache.ts';
import { connectCluster } from '../../cluster/cluster.ts';
import { permissionUse } from './audit.ts';
import { repairs } from './operator.ts';
import { operatorUser, root } from './settings.ts';

interface Role {
  readonly kind: string;
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** What was learned of the operator's permissions from the audit logs of clusters. */
export interface PermissionReport {
  /** Granted by the chart, and not used by any of the scenarios that were run. */
  readonly neverUsed: readonly string[];
  /** Wanted by the operator, and granted nowhere in the chart. */
  readonly missing: readonly string[];
}

/**
 * Holds what the chart grants against what the operator did on these clusters. Writes the report to a file in build/.
 *
 * @returns whether nothing was missing.
 */
export async function permissionsSuffice(file: string, clusters: readonly string[]): Promise<boolean> {
  const uses = await Promise.all(clusters.map((name) => permissionUse(connectCluster(name), operatorUser)));
  const report = reportOf(grantedBy(await rendered()), uses);
  await writeFile(join(root, 'build', file), `${JSON.stringify(report, undefined, 2)}\n`);
  progress(`permissions of the operator that no scenario used: ${inWords(report.neverUsed)} (build/${file})`);
  if (report.missing.length > 0)
    progress(`THE OPERATOR WAS DENIED what the chart never grants: ${inWords(report.missing)}`);
  return report.missing.length === 0;
}

/** Pure half of {@link permissionsSuffice}. A denial of what is granted is that of an operator that is being uninstalled. */
export function reportOf(
  granted: readonly string[],
  uses: readonly { readonly used: ReadonlySet<string>; readonly denied: ReadonlySet<string> }[],
): PermissionReport {
  const missing = new Set(uses.flatMap(({ denied }) => [...denied]).filter((one) => !granted.includes(one)));
  return {
    neverUsed: granted.filter((permission) => !uses.some(({ used }) => used.has(permission))),
    missing: [...missing].sort(),
  };
}

const inWords = (permissions: readonly string[]): string => permissions.join(', ') || 'none';

async function rendered(): Promise<readonly (Role | null)[]> {
  const values = Object.entries(repairs).map(([name, value]) => `etcdGuard.${name}=${value}`);
  return loadAll(await renderChart(values.flatMap((value) => ['--set', value]))) as (Role | null)[];
}

/** `verb group/resource` of all roles but those for people. `write-journal` is asked for by an admission policy. */
function grantedBy(manifests: readonly (Role | null)[]): readonly string[] {
  const all = manifests
    .filter(
      (manifest) => manifest !== null && ['Role', 'ClusterRole'].includes(manifest.kind) && !isForPeople(manifest),
    )
    .flatMap((role) => role?.rules ?? [])
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    );
  return [...new Set(all)].filter((permission) => !permission.startsWith('write-journal ')).sort();
}

const isForPeople = ({ metadata }: Role): boolean =>
  Object.keys(metadata.labels ?? {}).some((label) => label.startsWith('rbac.authorization.k8s.io/aggregate-to-'));
