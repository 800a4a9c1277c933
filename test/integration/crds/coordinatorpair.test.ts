import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCrd } from '../../../scripts/crd.ts';
import type { Schema } from '../../../scripts/crd.ts';
import { ROLES } from '../../../src/milvus/roles.ts';
import { checkVersion } from '../../../src/milvus/version-rules.ts';
import { parseVersion } from '../../../src/milvus/version.ts';
import { useApiServer, type SharedApiServer } from '../support/shared-api-server.ts';
import { installCrds } from '../support/crds.ts';
import { dryRun, minimalSpec, pair } from './pairs.ts';
import type { PairManifest } from './pairs.ts';
import { ruleExamples } from './rules.ts';
import { workloadMayNotChange } from './workload-rules.ts';

let server: SharedApiServer;

beforeAll(async () => {
  server = await useApiServer();
  await installCrds(server, 'coordinatorpairs');
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const apply = (manifest: object): Promise<string> => server.kubectl(['apply', '-f', '-'], JSON.stringify(manifest));
const get = async (name: string, ...more: string[]): Promise<string> =>
  server.kubectl(['get', 'coordinatorpair', name, ...more]);
const specOf = (answer: Record<string, unknown> | string): unknown =>
  typeof answer === 'string' ? answer : answer['spec'];

function messagesIn(schema: Schema): string[] {
  const inner = [...Object.values(schema.properties ?? {}), ...(schema.items === undefined ? [] : [schema.items])];
  return [...(schema['x-kubernetes-validations'] ?? []).map(({ message }) => message), ...inner.flatMap(messagesIn)];
}

describe('the CRD of CoordinatorPair', () => {
  it('is small enough for client-side apply, which keeps a copy of it in an annotation', async () => {
    expect((await stat('crds/coordinatorpairs.yaml')).size).toBeLessThan(250_000);
    const annotation = await server.kubectl([
      'get',
      'crd',
      'coordinatorpairs.ha.milvus.io',
      '-o',
      'jsonpath={.metadata.annotations.kubectl\\.kubernetes\\.io/last-applied-configuration}',
    ]);
    expect(annotation).toContain('"coordinatorpairs.ha.milvus.io"');
  });

  it('is a structural schema, without any remark of the API server', async () => {
    const conditions = await server.kubectl([
      'get',
      'crd',
      'coordinatorpairs.ha.milvus.io',
      '-o',
      'jsonpath={range .status.conditions[*]}{.type}={.status} {end}',
    ]);
    expect(conditions.trim().split(' ').sort()).toEqual(['Established=True', 'NamesAccepted=True']);
  });

  it('answers to its short names and its category', async () => {
    for (const name of ['coordpair', 'cpair', 'milvus-ha']) {
      expect(await server.kubectl(['get', name, '-o', 'name'])).toBe('');
    }
  });

  it('documents itself in kubectl explain', async () => {
    const text = (await server.kubectl(['explain', 'coordinatorpair.spec.etcd'])).replaceAll(/\s+/g, ' ');
    expect(text).toContain('The operator reads the same etcd to see who is ACTIVE.');
    expect(text).toContain("A host without a dot means a Service in the pair's namespace.");
    expect(text).toContain('Defaults to `by-dev`');
  });
});

describe('a CoordinatorPair', () => {
  it('gets its defaults from the API server', async () => {
    expect(specOf(await dryRun(server, pair()))).toEqual({
      role: 'rootcoord',
      image: 'milvusdb/milvus:v2.4.15',
      imagePullPolicy: 'IfNotPresent',
      mode: 'Managed',
      runState: 'Running',
      etcd: { endpoints: ['my-release-etcd:2379'], rootPath: 'by-dev', metaSubPath: 'meta', kvSubPath: 'kv' },
      pod: { terminationGracePeriodSeconds: 60 },
      placement: 'Preferred',
      remediation: { deadHolder: 'Auto', zombieStandby: 'Auto', stuckHolder: 'Approve', lostNode: 'Approve' },
      rollout: { policy: 'Automatic' },
    });
  });

  it('with a field that does not exist is refused by kubectl and pruned for others', async () => {
    const odd = pair({ hostNetwork: true, pod: { hostNetwork: true } }, 'odd');
    expect(await dryRun(server, odd)).toContain(
      'unknown field "spec.hostNetwork", unknown field "spec.pod.hostNetwork"',
    );
    const stored = await server.kubectl(
      ['create', '--dry-run=server', '--validate=ignore', '-o', 'json', '-f', '-'],
      JSON.stringify(odd),
    );
    expect(stored).not.toContain('hostNetwork');
  });

  it('keeps what Kubernetes types and milvus.yaml hold, whatever it is', async () => {
    const pod = {
      terminationGracePeriodSeconds: 30,
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
      extraVolumes: [{ name: 'cache', emptyDir: { sizeLimit: '1Gi' } }],
      extraVolumeMounts: [{ name: 'cache', mountPath: '/cache', subPath: 'a' }],
      podSecurityContext: { fsGroup: 1000 },
      containerSecurityContext: { readOnlyRootFilesystem: true },
      resources: { requests: { cpu: 1, memory: '1Gi' }, limits: { 'example.com/fpga': '2' } },
    };
    const config = {
      inline: { dataCoord: { segment: { maxSize: 2048, odd: [1, { two: null }] } }, log: { level: 'warn' } },
    };
    expect(specOf(await dryRun(server, pair({ pod, config })))).toMatchObject({ pod, config });
  });

  it.each([
    [
      'role',
      pair({ role: 'querynode' }),
      'supported values: "rootcoord", "querycoord", "datacoord", "indexcoord", "mixcoord"',
    ],
    ['role', pair({ role: undefined }), 'spec.role: Required value'],
    [
      'workloadRef',
      pair({ image: undefined, workloadRef: { kind: 'DaemonSet', name: 'a' } }),
      '"Deployment", "StatefulSet"',
    ],
    ['endpoints', pair({ etcd: { endpoints: [] } }), 'spec.etcd.endpoints in body should have at least 1 items'],
    ['endpoints', pair({ etcd: { endpoints: ['a:1', 'a:1'] } }), 'spec.etcd.endpoints[1]: Duplicate value'],
    ['sessionTTLSeconds', pair({ sessionTTLSeconds: 9 }), 'should be greater than or equal to 10'],
    [
      'rollout.policy',
      pair({ rollout: { policy: 'Manual' } }),
      'supported values: "Automatic", "Supervised", "Paused"',
    ],
    ...['deadHolder', 'zombieStandby', 'stuckHolder', 'lostNode'].map((field): [string, PairManifest, string] => [
      `remediation.${field}`,
      pair({ remediation: { [field]: 'Ask' } }),
      `spec.remediation.${field}: Unsupported value: "Ask": supported values: "Auto", "Approve", "Never"`,
    ]),
    [
      'etcd.tls.minVersion',
      pair({ etcd: { ...minimalSpec.etcd, tls: { secretName: 'tls', minVersion: 'TLS1.1' } } }),
      'supported values: "TLS1.2", "TLS1.3"',
    ],
    ['pod.resources', pair({ pod: { resources: { limits: { memory: 'much' } } } }), 'spec.pod.resources.limits.memory'],
  ])('with a wrong %s is refused', async (_field, manifest, words) => {
    expect(await dryRun(server, manifest)).toContain(words);
  });
});

describe('the rules', () => {
  it.each(ruleExamples)('accept and refuse as they say: $about', async ({ accepted, refused, sentence }) => {
    expect(await dryRun(server, accepted)).toHaveProperty('spec.mode', 'Managed');
    const answer = await dryRun(server, refused);
    expect(answer).toContain(`: ${sentence}`);
  });

  it('each have an example here', async () => {
    const crd = await readCrd('crds/coordinatorpairs.yaml');
    const [version] = crd.spec.versions;
    const stated = new Set(version === undefined ? [] : messagesIn(version.schema.openAPIV3Schema));
    const examples = ruleExamples.map(({ sentence }) => sentence);
    const shown = [...examples, roleMayNotChange, pathMayNotChange, kvPathMayNotChange, workloadMayNotChange];
    expect([...stated].sort()).toEqual([...new Set(shown)].sort());
  });

  it('about versions agree with the operator, which checks again what it renders', async () => {
    const versions = ['2.2.2', '2.2.3', '2.2.16', '2.3.0', '2.5.10', '2.6.0-rc1', '2.10.1', '3.0.0'];
    const cases = ROLES.flatMap((role) => versions.map((version) => ({ role, version })));
    const disagreements: string[] = [];
    for (const { role, version } of cases) {
      const parsed = parseVersion(version);
      if (parsed === undefined) throw new Error(`${version} is no version`);
      const accepted = typeof (await dryRun(server, pair({ role, version }))) !== 'string';
      if (accepted !== (checkVersion(role, parsed) === undefined)) disagreements.push(`${role} ${version}`);
    }
    expect(disagreements).toEqual([]);
  }, 30_000);

  const roleMayNotChange = '`role` must not change: make another CoordinatorPair for another role';
  const pathMayNotChange =
    '`etcd.rootPath` and `etcd.metaSubPath` must not change while `runState` is Running: under another path the new standby would become ACTIVE beside the old one; set `runState: Stopped` first';

  const kvPathMayNotChange =
    '`etcd.kvSubPath` must not change while `runState` is Running: ACTIVE and STANDBY would count IDs and timestamps in two places; set `runState: Stopped` first';

  it('keep the role as it is', async () => {
    await apply(pair({}, 'role-change'));
    await expect(apply(pair({ role: 'datacoord' }, 'role-change'))).rejects.toThrow(`: ${roleMayNotChange}`);
    expect(await get('role-change', '-o', 'jsonpath={.spec.role}')).toBe('rootcoord');
  });

  it('let the path change only while the pair is stopped', async () => {
    const at = (rootPath: string, runState: string): object =>
      pair({ runState, etcd: { ...minimalSpec.etcd, rootPath } }, 'path-change');
    await apply(at('old', 'Running'));
    await expect(apply(at('new', 'Running'))).rejects.toThrow(`: ${pathMayNotChange}`);
    await expect(apply(at('new', 'Stopped'))).rejects.toThrow(`: ${pathMayNotChange}`);
    await apply(at('old', 'Stopped'));
    await apply(at('new', 'Stopped'));
    await apply(at('new', 'Running'));
    expect(await get('path-change', '-o', 'jsonpath={.spec.etcd.rootPath}')).toBe('new');
    await expect(
      apply(pair({ etcd: { ...minimalSpec.etcd, rootPath: 'new', kvSubPath: 'other' } }, 'path-change')),
    ).rejects.toThrow(`: ${kvPathMayNotChange}`);
  });
});
