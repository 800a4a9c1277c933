import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePrograms } from '../../cluster/programs.ts';
import { namesOf, ofKind, render } from './chart.ts';
import type { Manifest, Rule } from './chart.ts';

const account = 'coordinator-pair-operator';
const roleKinds = ['Role', 'ClusterRole'];
const bindingKinds = ['RoleBinding', 'ClusterRoleBinding'];

/** `verb group/resource` for each thing a set of rules allows. */
function permissionsOf(rules: readonly Rule[] = []): string[] {
  return rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    )
    .sort();
}

/** Roles that are bound to the operator's account. */
function operatorRoles(manifests: readonly Manifest[]): readonly Manifest[] {
  const bound = ofKind(manifests, ...bindingKinds)
    .filter(({ subjects = [] }) => subjects.some(({ name }) => name === account))
    .map(({ roleRef, metadata }) => `${roleRef?.kind ?? ''} ${metadata.namespace ?? ''}/${roleRef?.name ?? ''}`);
  return ofKind(manifests, ...roleKinds).filter((role) => bound.includes(namesOf([role])[0] ?? ''));
}

const variants: readonly (readonly string[])[] = [
  [],
  ['watchNamespaces=["milvus","other"]'],
  ['rbac.nodes=false'],
  ['fullnameOverride="pairs"'],
  ['etcdGuard.repair=true', 'etcdGuard.deleteVolumes=true'],
  ['etcdGuard.repairNamespaces=["milvus"]', 'etcdGuard.etcdNames=["etcd"]'],
];
/** Everything that can be granted. */
const everything = ['etcdGuard.repair=true', 'etcdGuard.volumes=true', 'etcdGuard.deleteVolumes=true'];

beforeAll(() => ensurePrograms(['helm']), 600_000);

describe("the operator's permissions", () => {
  it.each(variants)('hold no wildcard and no escalation with %j', async (...values) => {
    const rules = ofKind(await render(...values), ...roleKinds).flatMap((role) => role.rules ?? []);
    expect(rules.length).toBeGreaterThan(0);
    for (const { apiGroups, resources, verbs } of rules) {
      expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
      for (const verb of ['escalate', 'bind', 'impersonate', 'deletecollection'])
        if (!resources.includes('coordinatorpairs')) expect(verbs).not.toContain(verb);
    }
  });

  it('are what the operator needs where pairs are, and no more', async () => {
    const manifests = await render();
    const [role] = ofKind(manifests, 'ClusterRole').filter(({ metadata }) => metadata.name === account);
    expect(permissionsOf(role?.rules)).toEqual(
      [
        ...['get', 'list', 'watch'].map((verb) => `${verb} ha.milvus.io/coordinatorpairs`),
        'patch ha.milvus.io/coordinatorpairs/status',
        'update ha.milvus.io/coordinatorpairs/finalizers',
        ...['apps/statefulsets', '/services', '/configmaps', 'policy/poddisruptionbudgets'].flatMap((resource) =>
          ['get', 'list', 'watch', 'create', 'patch'].map((verb) => `${verb} ${resource}`),
        ),
        'list apps/controllerrevisions',
        ...['get', 'list', 'watch', 'patch', 'delete'].map((verb) => `${verb} /pods`),
        'get /secrets',
        'get apps/deployments',
        'get apps/replicasets',
        'create events.k8s.io/events',
        ...['get', 'list', 'watch'].map((verb) => `${verb} ha.milvus.io/etcdguards`),
        'patch ha.milvus.io/etcdguards/status',
        'get /pods/log',
        'get /persistentvolumeclaims',
        'list events.k8s.io/events',
      ].sort(),
    );
  });

  it('hold what repairs of etcd need only where they are wanted', async () => {
    const roleOf = async (...values: string[]) =>
      permissionsOf(
        ofKind(await render(...values), 'ClusterRole').find(({ metadata }) => metadata.name === account)?.rules,
      );
    const without = await roleOf();
    expect((await roleOf('etcdGuard.repair=true')).filter((permission) => !without.includes(permission))).toEqual(
      [
        ...['get', 'list', 'watch', 'create', 'patch', 'delete', 'write-journal'].map(
          (verb) => `${verb} ha.milvus.io/etcdrecoveries`,
        ),
        'patch ha.milvus.io/etcdrecoveries/status',
        'patch ha.milvus.io/coordinatorpairs',
        ...['get', 'create', 'update'].map((verb) => `${verb} coordination.k8s.io/leases`),
        ...['update', 'delete'].map((verb) => `${verb} /configmaps`),
        ...['get', 'list', 'create', 'patch'].map((verb) => `${verb} batch/jobs`),
        'patch /pods/ephemeralcontainers',
        ...['create', 'patch', 'delete'].map((verb) => `${verb} /persistentvolumeclaims`),
        'delete apps/statefulsets',
        ...['list', 'patch'].map((verb) => `${verb} apps/deployments`),
        ...['get', 'patch'].map((verb) => `${verb} milvus.io/milvuses`),
      ].sort(),
    );
  });

  it('come by Roles in the watched namespaces, the same as for all of them', async () => {
    const everywhere = ofKind(await render(...everything), 'ClusterRole').find(
      ({ metadata }) => metadata.name === account,
    );
    const manifests = await render('watchNamespaces=["milvus","other"]', 'rbac.nodes=false', ...everything);
    expect(namesOf(operatorRoles(manifests))).toEqual([
      'ClusterRole /coordinator-pair-system-coordinator-pair-operator-volumes',
      'Role coordinator-pair-system/coordinator-pair-operator-leader',
      'Role milvus/coordinator-pair-operator',
      'Role other/coordinator-pair-operator',
    ]);
    for (const role of operatorRoles(manifests).filter(({ metadata }) => metadata.name === account))
      expect(role.rules).toEqual(everywhere?.rules);
  });

  it('leave nothing cluster-wide where namespaces are named and the three switches for such objects are off', async () => {
    const off = [
      'watchNamespaces=["milvus"]',
      'crds.enabled=false',
      'rbac.nodes=false',
      'rbac.aggregateToDefaultRoles=false',
    ];
    const clusterWide = (manifests: readonly Manifest[]) =>
      namesOf(manifests.filter(({ metadata }) => metadata.namespace === undefined));
    expect(clusterWide(await render(...off))).toEqual([]);
    expect(clusterWide(await render(...off, 'etcdGuard.repairNamespaces=["milvus"]'))).toEqual([]);
  });

  it.each([
    ['watchNamespaces=[]', 'crds.enabled=false', 'rbac.nodes=false', 'rbac.aggregateToDefaultRoles=false'],
    ['watchNamespaces=["milvus"]', 'crds.enabled=true', 'rbac.nodes=false', 'rbac.aggregateToDefaultRoles=false'],
    ['watchNamespaces=["milvus"]', 'crds.enabled=false', 'rbac.nodes=true', 'rbac.aggregateToDefaultRoles=false'],
    ['watchNamespaces=["milvus"]', 'crds.enabled=false', 'rbac.nodes=false', 'rbac.aggregateToDefaultRoles=true'],
  ])('leave approvals and journals protected while anything else is cluster-wide: %s %s %s %s', async (...values) => {
    const repairing = [...values, 'etcdGuard.repairNamespaces=["milvus"]'];
    expect(ofKind(await render(...repairing), 'ValidatingAdmissionPolicy')).toHaveLength(3);
    const unprotected = ['pairs.protectApprovals', 'etcdGuard.protectApprovals', 'etcdGuard.protectJournals'].map(
      (value) => `${value}=false`,
    );
    expect(ofKind(await render(...repairing, ...unprotected), 'ValidatingAdmissionPolicy')).toEqual([]);
  });

  it('to repair come by a Role in each namespace where that is wanted, and are the same there', async () => {
    const [everywhere, without] = [await render('etcdGuard.repair=true'), await render()].map((manifests) =>
      permissionsOf(ofKind(manifests, 'ClusterRole').find(({ metadata }) => metadata.name === account)?.rules),
    );
    const manifests = await render('etcdGuard.repairNamespaces=["milvus","other"]');
    const roles = operatorRoles(manifests).filter(({ metadata }) => metadata.name.endsWith('-repair'));
    expect(namesOf(roles)).toEqual([
      'Role milvus/coordinator-pair-operator-repair',
      'Role other/coordinator-pair-operator-repair',
    ]);
    for (const { rules } of roles)
      expect(permissionsOf(rules)).toEqual(everywhere?.filter((permission) => !without?.includes(permission)));
    await expect(render('watchNamespaces=["a"]', 'etcdGuard.repairNamespaces=["b"]')).rejects.toThrow(
      'b is not among watchNamespaces',
    );
  });

  it('to repair are limited to the etcds that are named', async () => {
    const manifests = await render('etcdGuard.repairNamespaces=["milvus"]', 'etcdGuard.etcdNames=["etcd","logs"]');
    const [role] = operatorRoles(manifests).filter(({ metadata }) => metadata.name.endsWith('-repair'));
    const namesFor = (resource: string, verb: string) =>
      role?.rules?.find(({ resources, verbs }) => resources.includes(resource) && verbs.includes(verb))?.resourceNames;
    expect(namesFor('leases', 'update')).toEqual(['etcd-recovery-etcd', 'etcd-recovery-logs']);
    expect(namesFor('configmaps', 'delete')).toEqual(['etcd-recovery-etcd', 'etcd-recovery-logs']);
    expect(namesFor('statefulsets', 'delete')).toEqual(['etcd', 'logs']);
  });

  it.each<[string[], string[] | undefined]>([
    [[], undefined],
    [['etcdGuard.volumes=true'], undefined],
    [['etcdGuard.repair=true'], undefined],
    [
      ['etcdGuard.repair=true', 'etcdGuard.volumes=true'],
      ['get', 'list', 'patch'],
    ],
    [
      ['etcdGuard.repair=true', 'etcdGuard.deleteVolumes=true'],
      ['get', 'list', 'patch', 'delete'],
    ],
  ])('over volumes with %j are %j', async (values, verbs) => {
    const rules = operatorRoles(await render(...values)).flatMap((role) => role.rules ?? []);
    expect(rules.find(({ resources }) => resources.includes('persistentvolumes'))?.verbs).toEqual(verbs);
  });

  it('allow leases in the own namespace alone, changes only of the own Lease', async () => {
    const manifests = await render();
    const roles = operatorRoles(manifests).filter(({ rules = [] }) =>
      rules.some(({ resources, verbs }) => resources.includes('leases') && verbs.some((verb) => verb !== 'get')),
    );
    expect(namesOf(roles)).toEqual(['Role coordinator-pair-system/coordinator-pair-operator-leader']);
    expect(roles[0]?.rules).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['coordinator-pair-operator'],
        verbs: ['get', 'update'],
      },
    ]);
  });

  it('read nodes and their leases unless that is refused', async () => {
    const nodes = (manifests: readonly Manifest[]) =>
      operatorRoles(manifests).filter(({ metadata }) => metadata.name.endsWith('-nodes'));
    expect(nodes(await render()).map(({ kind, rules }) => [kind, permissionsOf(rules)])).toEqual([
      ['ClusterRole', ['get /nodes', 'list /nodes', 'watch /nodes']],
      ['Role', ['get coordination.k8s.io/leases']],
    ]);
    expect(nodes(await render('rbac.nodes=false'))).toEqual([]);
  });

  it('are not granted at all where somebody else grants them', async () => {
    expect(ofKind(await render('rbac.create=false'), ...roleKinds, ...bindingKinds)).toEqual([]);
  });

  it('stand in docs/install.md with a reason each', async () => {
    const text = await readFile('docs/install.md', 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    const rules = operatorRoles(await render(...everything)).flatMap((role) => role.rules ?? []);
    for (const { resources, verbs } of rules)
      for (const resource of resources)
        for (const verb of verbs)
          expect(rows).toContainEqual(
            expect.stringMatching(new RegExp(`^\\| \`${resource}\`.*\\|[^|]*\\b${verb}\\b[^|]*\\| \\w`)),
          );
  });
});

describe('what people may do', () => {
  it('is added to the roles view and edit', async () => {
    const roles = ofKind(await render(), 'ClusterRole').map(({ metadata, rules }) => ({
      labels: Object.keys(metadata.labels ?? {}).filter((label) => label.includes('aggregate')),
      permissions: permissionsOf(rules),
    }));
    expect(roles).toContainEqual({
      labels: ['rbac.authorization.k8s.io/aggregate-to-view'],
      permissions: ['get', 'list', 'watch'].flatMap((verb) => [
        `${verb} ha.milvus.io/coordinatorpairs`,
        `${verb} ha.milvus.io/coordinatorpairs/status`,
        `${verb} ha.milvus.io/etcdguards`,
        `${verb} ha.milvus.io/etcdguards/status`,
        `${verb} ha.milvus.io/etcdrecoveries`,
        `${verb} ha.milvus.io/etcdrecoveries/status`,
      ]),
    });
    expect(roles).toContainEqual({
      labels: ['rbac.authorization.k8s.io/aggregate-to-edit'],
      permissions: ['create', 'delete', 'deletecollection', 'patch', 'update'].flatMap((verb) => [
        `${verb} ha.milvus.io/coordinatorpairs`,
        `${verb} ha.milvus.io/etcdguards`,
        `${verb} ha.milvus.io/etcdrecoveries`,
      ]),
    });
    expect(roles).toContainEqual({
      labels: ['rbac.authorization.k8s.io/aggregate-to-admin'],
      permissions: ['approve ha.milvus.io/coordinatorpairs', 'approve ha.milvus.io/etcdrecoveries'],
    });
  });

  it('can be left alone', async () => {
    const manifests = await render('rbac.aggregateToDefaultRoles=false');
    expect(manifests.flatMap(({ metadata }) => Object.keys(metadata.labels ?? {}))).not.toContainEqual(
      expect.stringContaining('aggregate'),
    );
  });
});
