import { beforeAll, describe, expect, it } from '@jest/globals';
import { resolveConfig } from '../../../src/runtime/config.ts';
import { readCommandLine } from '../../../src/runtime/command-line.ts';
import { chartFiles, crdTemplate, installFile } from '../../../scripts/support/chart.ts';
import { bringUpToDate } from '../../../scripts/generated-file.ts';
import { ensurePrograms } from '../../cluster/programs.ts';
import { lint, namesOf, ofKind, render } from './chart.ts';
import type { Manifest } from './chart.ts';

interface PodSpec {
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly image: string;
    readonly securityContext: unknown;
  }[];
  readonly securityContext: unknown;
  readonly affinity: unknown;
  readonly tolerations: readonly object[];
}

function podSpecOf(manifests: readonly Manifest[]): PodSpec {
  const [deployment] = ofKind(manifests, 'Deployment');
  return (deployment?.spec as { template: { spec: PodSpec } }).template.spec;
}

const everything = [
  'watchNamespaces=["milvus","other"]',
  'metrics.serviceMonitor={"enabled":true,"labels":{"release":"prometheus"}}',
  'networkPolicy={"enabled":true,"metricsFrom":[{"namespaceSelector":{}}]}',
  'imagePullSecrets=[{"name":"pull"}]',
  'nodeSelector={"kubernetes.io/os":"linux"}',
  'tolerations=[{"key":"infra","operator":"Exists"}]',
  'podLabels={"team":"search"}',
  'podAnnotations={"note":"yes"}',
  'priorityClassName="system-cluster-critical"',
  'serviceAccount={"annotations":{"a":"b"}}',
];

beforeAll(() => ensurePrograms(['helm']), 600_000);

describe('the chart', () => {
  it('passes helm lint, as it is and with everything switched on', async () => {
    expect(await lint()).toContain('0 chart(s) failed');
    expect(await lint(...everything)).toContain('0 chart(s) failed');
  });

  it('renders what it is made of', async () => {
    expect(namesOf(await render())).toEqual([
      'ClusterRole /coordinator-pair-operator',
      'ClusterRole /coordinator-pair-operator-approve',
      'ClusterRole /coordinator-pair-operator-edit',
      'ClusterRole /coordinator-pair-operator-nodes',
      'ClusterRole /coordinator-pair-operator-view',
      'ClusterRoleBinding /coordinator-pair-operator',
      'ClusterRoleBinding /coordinator-pair-operator-nodes',
      'CustomResourceDefinition /coordinatorpairs.ha.milvus.io',
      'CustomResourceDefinition /etcdguards.ha.milvus.io',
      'CustomResourceDefinition /etcdrecoveries.ha.milvus.io',
      'Deployment coordinator-pair-system/coordinator-pair-operator',
      'PodDisruptionBudget coordinator-pair-system/coordinator-pair-operator',
      'Role coordinator-pair-system/coordinator-pair-operator-leader',
      'Role kube-node-lease/coordinator-pair-operator-nodes',
      'RoleBinding coordinator-pair-system/coordinator-pair-operator-leader',
      'RoleBinding kube-node-lease/coordinator-pair-operator-nodes',
      'Service coordinator-pair-system/coordinator-pair-operator-metrics',
      'ServiceAccount coordinator-pair-system/coordinator-pair-operator',
      'ValidatingAdmissionPolicy /coordinator-pair-operator-pair-approvals',
      'ValidatingAdmissionPolicyBinding /coordinator-pair-operator-pair-approvals',
    ]);
  });

  it('adds a ServiceMonitor and a NetworkPolicy when asked to', async () => {
    expect(namesOf(ofKind(await render(...everything), 'ServiceMonitor', 'NetworkPolicy'))).toEqual([
      'NetworkPolicy coordinator-pair-system/coordinator-pair-operator',
      'ServiceMonitor coordinator-pair-system/coordinator-pair-operator',
    ]);
  });

  it('starts the operator with arguments that it accepts and that say what the values say', async () => {
    const environment = { env: { POD_NAMESPACE: 'system' }, hostname: 'pod', serviceAccountNamespace: () => undefined };
    const [container] = podSpecOf(await render()).containers;
    const fromDefaults = resolveConfig({}, environment);
    expect(fromDefaults.ok).toBe(true);
    expect(readCommandLine(container?.args ?? [], environment)).toEqual({
      kind: 'run',
      // Pods that carry a snapshot of etcd run the same image.
      config: fromDefaults.ok && { ...fromDefaults.config, operatorImage: container?.image, etcdRepair: false },
    });
    const changed = await render('watchNamespaces=["a","b"]', 'rbac.nodes=false', 'concurrency=2', 'logLevel="debug"');
    expect(readCommandLine(podSpecOf(changed).containers[0]?.args ?? [], environment)).toMatchObject({
      config: { watchNamespaces: ['a', 'b'], watchNodes: false, concurrency: 2, logLevel: 'debug' },
    });
  });

  it('runs the operator as the Pod Security Standard "restricted" demands, on a read-only root', async () => {
    const { securityContext, containers } = podSpecOf(await render());
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(containers.map((container) => container.securityContext)).toEqual([
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    ]);
  });

  it('lets the operator leave a dead node after 30 seconds', async () => {
    expect(podSpecOf(await render()).tolerations).toEqual(
      ['not-ready', 'unreachable'].map((state) => ({
        key: `node.kubernetes.io/${state}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 30,
      })),
    );
  });

  it('takes a digest before a tag', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const image = async (...values: string[]) => podSpecOf(await render(...values)).containers[0]?.image;
    expect(await image('image={"repository":"a/b","tag":"1"}')).toBe('a/b:1');
    expect(await image(`image={"repository":"a/b","tag":"1","digest":"${digest}"}`)).toBe(`a/b@${digest}`);
  });

  it('keeps the CRDs on uninstall unless told otherwise, and can leave them out', async () => {
    const policies = async (...values: string[]) =>
      ofKind(await render(...values), 'CustomResourceDefinition').map(
        ({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'],
      );
    expect(await policies()).toEqual(['keep', 'keep', 'keep']);
    expect(await policies('crds.keep=false')).toEqual([undefined, undefined, undefined]);
    expect(await policies('crds.enabled=false')).toEqual([]);
  });

  it.each([
    ['a misspelt name', 'watchNamespace=["milvus"]'],
    ['a misspelt name further down', 'rbac.node=false'],
    ['text where a list is meant', 'watchNamespaces="milvus"'],
    ['no name of a namespace', 'watchNamespaces=["Milvus"]'],
    ['a number of replicas that is none', 'replicas="two"'],
    ['a log level that does not exist', 'logLevel="verbose"'],
    ['a digest cut short', 'image.digest="sha256:12"'],
    ['a ServiceMonitor of no Service', 'metrics={"service":{"enabled":false},"serviceMonitor":{"enabled":true}}'],
  ])('refuses %s', async (_, value) => {
    await expect(render(value)).rejects.toThrow(/additional propert|got string|does not match|must be one of|needs/i);
  });
});

describe('the files below deploy/', () => {
  it('are up to date with crds/, package.json and the chart', async () => {
    expect(await bringUpToDate([...(await chartFiles()), await installFile()], true)).toEqual([]);
  });
});

describe('crdTemplate', () => {
  it('adds the annotation to those a CRD has', () => {
    const crd = 'metadata:\n  annotations:\n    a: b\n  name: x\nspec: {}\n';
    expect(crdTemplate(crd, 'x.yaml')).toContain(
      'metadata:\n  annotations:\n    {{- if .Values.crds.keep }}\n    helm.sh/resource-policy: keep\n    {{- end }}\n    a: b\n  name: x\nspec: {}\n',
    );
  });

  it('leaves braces in descriptions as they are', () => {
    expect(crdTemplate('metadata:\n  name: x\nspec: {text: "{{ a }}"}\n', 'x.yaml')).toContain('"{{ "{{" }} a }}"');
  });

  it('refuses a CRD in whose metadata the annotation finds no place', () => {
    expect(() => crdTemplate('metadata: {name: x}\n', 'x.yaml')).toThrow('crds/x.yaml has no metadata in block style');
  });
});
