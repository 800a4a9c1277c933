import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePrograms } from '../../test/cluster/programs.ts';
import type { GeneratedFile } from '../generated-file.ts';
import { packageVersion, root } from './project.ts';

/** Folder of the Helm chart. */
export const chartFolder = join(root, 'deploy', 'chart');

/** Where deploy/install.yaml puts the operator. */
export const installNamespace = 'coordinator-pair-system';

/** The files of the chart that are made from others: its CRDs and its versions. */
export async function chartFiles(): Promise<GeneratedFile[]> {
  const names = (await readdir(join(root, 'crds'))).filter((name) => name.endsWith('.yaml')).sort();
  const templates = names.map(async (name) => ({
    path: `deploy/chart/templates/crds/${name}`,
    content: crdTemplate(await readFile(join(root, 'crds', name), 'utf8'), name),
  }));
  return [{ path: 'deploy/chart/Chart.yaml', content: await chartManifest() }, ...(await Promise.all(templates))];
}

/** deploy/install.yaml, made from the chart as it is now. */
export async function installFile(): Promise<GeneratedFile> {
  return { path: 'deploy/install.yaml', content: namespaceManifest + (await renderChart([])) };
}

async function chartManifest(): Promise<string> {
  const version = await packageVersion();
  const text = await readFile(join(chartFolder, 'Chart.yaml'), 'utf8');
  return text.replace(/^version: .*$/m, `version: ${version}`).replace(/^appVersion: .*$/m, `appVersion: ${version}`);
}

const keepAnnotation = '    {{- if .Values.crds.keep }}\n    helm.sh/resource-policy: keep\n    {{- end }}\n';

/**
 * A CustomResourceDefinition as a template: it may be left out, and kept when the release goes.
 *
 * @throws Error when the metadata is not laid out as block style YAML, in which the annotation finds its place.
 */
export function crdTemplate(crd: string, name: string): string {
  const literal = crd.replaceAll('{{', '{{ "{{" }}');
  const metadata = /^metadata:\n(?:(?: +.*)?\n)*/m.exec(literal)?.[0];
  if (metadata === undefined) throw new Error(`crds/${name} has no metadata in block style`);
  const annotated = metadata.includes('\n  annotations:\n')
    ? metadata.replace('\n  annotations:\n', `\n  annotations:\n${keepAnnotation}`)
    : metadata.replace(
        'metadata:\n',
        `metadata:\n  {{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n  {{- end }}\n`,
      );
  return [
    `{{- /* Made from crds/${name} by scripts/sync-chart.ts: change it there. */ -}}\n`,
    '{{- if .Values.crds.enabled }}\n',
    literal.replace(metadata, () => annotated),
    '{{- end }}\n',
  ].join('');
}

const namespaceManifest = `# Made from deploy/chart by scripts/sync-chart.ts: change it there.
apiVersion: v1
kind: Namespace
metadata:
  name: ${installNamespace}
  labels:
    app.kubernetes.io/name: coordinator-pair-operator
    pod-security.kubernetes.io/enforce: restricted
`;

/**
 * The chart's manifests, as `helm template` gives them.
 *
 * @param args further arguments, for instance `--set`.
 * @throws Error with helm's words when the values are refused.
 */
export async function renderChart(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const release = ['template', 'coordinator-pair-operator', chartFolder, '--namespace', installNamespace];
  return helm([...release, ...args], signal);
}

/** Runs helm and gives what it prints. */
export async function helm(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const programs = await ensurePrograms(['helm']);
  const { stdout } = await promisify(execFile)(programs.helm, args, {
    maxBuffer: 2 ** 26,
    ...(signal === undefined ? {} : { signal }),
  });
  return stdout;
}
