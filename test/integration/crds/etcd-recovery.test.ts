import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePrograms } from '../../cluster/programs.ts';
import { until } from '../../support/until.ts';
import { render } from '../../unit/deploy/chart.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { installCrds } from '../support/crds.ts';
import { pair } from './pairs.ts';

let server: ApiServer;

const people = { editor: 'edit', admin: 'admin' } as const;
const kinds = ['ClusterRole', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];

beforeAll(async () => {
  await ensurePrograms(['helm']);
  server = await startApiServer();
  await installCrds(server, 'coordinatorpairs', 'etcdguards', 'etcdrecoveries');
  for (const manifest of await render('etcdGuard.repair=true'))
    if (kinds.includes(manifest.kind)) await apply(manifest);
  // No controller runs here that would add what is labelled for them to edit and admin.
  for (const [person, role] of Object.entries(people)) {
    const roles = [
      'coordinator-pair-operator-edit',
      ...(role === 'admin' ? ['coordinator-pair-operator-approve'] : []),
    ];
    for (const name of ['coordinator-pair-operator-view', ...roles])
      await server.kubectl(['create', 'rolebinding', `${person}-${name}`, `--clusterrole=${name}`, `--user=${person}`]);
  }
}, 180_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const apply = (manifest: object, ...flags: readonly string[]) =>
  server.kubectl(['apply', '-f', '-', ...flags], JSON.stringify(manifest));
const create = (manifest: object, ...flags: readonly string[]) =>
  server.kubectl(['create', '-f', '-', ...flags], JSON.stringify(manifest));
const object = (kind: string, name: string, spec: object) => ({
  apiVersion: 'ha.milvus.io/v1alpha1',
  kind,
  metadata: { name },
  spec,
});
const recovery = (spec: object, name = 'repair') =>
  object('EtcdRecovery', name, { guardName: 'etcd', action: 'Defragment', ...spec });
const patch = (name: string, spec: object, ...flags: readonly string[]) =>
  server.kubectl(['patch', ...name.split('/'), '--type=merge', '-p', JSON.stringify({ spec }), ...flags]);

describe('an EtcdRecovery', () => {
  it.each([
    ['an action that does not exist', { action: 'ReplaceMembr' }, 'spec.action: Unsupported value: "ReplaceMembr"'],
    ['a field that does not exist', { dryrun: true }, 'unknown field "spec.dryrun"'],
    ['no member to replace', { action: 'ReplaceMember' }, '`target.podName` must name the pod of the member'],
    ['a source of what has none', { source: { podName: 'etcd-0' } }, '`source` must be left out but for Rebuild'],
    [
      'two sources',
      { action: 'RestoreFromSnapshot', source: { podName: 'etcd-0', snapshotName: 's.db' } },
      '`source` must have either `podName` or `snapshotName`',
    ],
  ])('with %s is refused, with words that say what must be so', async (_, spec, sentence) => {
    await expect(create(recovery(spec), '--dry-run=server')).rejects.toThrow(sentence);
  });

  it('keeps what its plan is about: only approval, cancel and its time to live change', async () => {
    await apply(recovery({ target: { podName: 'etcd-0' } }, 'kept'));
    await expect(patch('etcdrecovery/kept', { action: 'Snapshot' })).rejects.toThrow(
      '`guardName` and `action` must stay as they are',
    );
    await expect(patch('etcdrecovery/kept', { target: null })).rejects.toThrow('`target` must stay as it is');
    await patch('etcdrecovery/kept', { approval: { planHash: 'abc' }, cancel: true, ttlSecondsAfterFinished: 60 });
    await expect(patch('etcdrecovery/kept', { cancel: false })).rejects.toThrow('`cancel` must stay true');
  });

  it('explains itself', async () => {
    const explained = await server.kubectl(['explain', 'etcdrecovery.spec.approval']);
    expect(explained.replaceAll(/\s+/g, ' ')).toContain('An approval never fits a plan that has changed');
  });
});

describe('to approve', () => {
  const refused = 'may only be set by who has the verb approve on etcdrecoveries.ha.milvus.io';
  const auto = 'may only be set to Auto, where that is not the default, by who has the verb approve';

  it('a plan takes the verb approve, which an editor lacks', async () => {
    await apply(recovery({}, 'asked'), '--as=editor');
    // The policy takes a moment until it is in force.
    await until(
      'an editor to be refused',
      () =>
        patch('etcdrecovery/asked', { approval: { planHash: 'x' } }, '--as=editor', '--dry-run=server').then(
          () => false,
          (error: unknown) => String(error).includes(refused),
        ),
      { timeoutMs: 120_000, everyMs: 200 },
    );
    await expect(create(recovery({ approval: { planHash: 'x' } }, 'born'), '--as=editor')).rejects.toThrow(refused);
    await patch('etcdrecovery/asked', { approval: { planHash: 'x' } }, '--as=admin');
    await patch('etcdrecovery/asked', { ttlSecondsAfterFinished: 60 }, '--as=editor');
  }, 180_000);

  it('beforehand, by the policy of a guard, takes it too, but for what is Auto by default', async () => {
    const guard = (policy: object) => object('EtcdGuard', 'etcd', { statefulSetName: 'etcd', policy });
    await create(guard({ reclaimSpace: 'Auto', replaceMember: 'Never' }), '--as=editor');
    await expect(patch('etcdguard/etcd', { policy: { replaceMember: 'Auto' } }, '--as=editor')).rejects.toThrow(auto);
    await patch('etcdguard/etcd', { policy: { replaceMember: 'Auto' } }, '--as=admin');
    await patch('etcdguard/etcd', { policy: { snapshot: 'Never' } }, '--as=editor');
  });
});

/** What is refused with such words, once the policy is in force. */
const toBeRefused = (what: string, attempt: () => Promise<unknown>, words: string) =>
  until(
    what,
    () =>
      attempt().then(
        () => false,
        (error: unknown) => String(error).includes(words),
      ),
    {
      timeoutMs: 120_000,
      everyMs: 200,
    },
  );

describe('what the operator keeps of a recovery', () => {
  const refused = 'are written by the operator alone';
  const configMap = (name: string, labels: object = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels },
    data: { 'journal.json': '{}' },
  });
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'etcd-recovery-etcd' } };
  const label = { 'app.kubernetes.io/component': 'etcd-recovery-journal' };
  const job = (name: string) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      suspend: true,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'script', image: 'mine' }] } },
    },
  });
  const operator = '--as=system:serviceaccount:coordinator-pair-system:coordinator-pair-operator';

  it('is written by no editor and no admin, by its name or by its label, and by the operator', async () => {
    // What Kubernetes' role edit has of these: no controller runs here that would put that role together.
    const writing = ['--verb=get,create,update,patch,delete', '--resource=configmaps,leases,jobs.batch'];
    await server.kubectl(['create', 'role', 'writer', ...writing]);
    for (const person of Object.keys(people))
      await server.kubectl(['create', 'rolebinding', `${person}-writer`, '--role=writer', `--user=${person}`]);
    const account = '--serviceaccount=coordinator-pair-system:coordinator-pair-operator';
    await server.kubectl([
      'create',
      'clusterrolebinding',
      'operator',
      '--clusterrole=coordinator-pair-operator',
      account,
    ]);
    await create(configMap('mine'), '--as=editor');
    const forged = configMap('etcd-recovery-etcd');
    await toBeRefused('a forged journal', () => create(forged, '--as=editor', '--dry-run=server'), refused);
    await expect(create(forged, '--as=admin')).rejects.toThrow(refused);
    await expect(create(configMap('other', label), '--as=editor')).rejects.toThrow(refused);
    await expect(create(lease, '--as=editor')).rejects.toThrow(refused);
    const jobOfRecovery = job('etcd-0b6d9f0e-51f4-4f0e-9d5b-0f1f7a6a7c11-prepare-2');
    await expect(create(jobOfRecovery, '--as=editor')).rejects.toThrow(refused);
    await create(job('etcd-backup-prepare-2'), '--as=editor');
    await create(forged, operator);
    await create(lease, operator);
    await create(jobOfRecovery, operator);
    const change = ['patch', 'configmap', 'etcd-recovery-etcd', '--type=merge', '-p', '{"data":{"journal.json":"1"}}'];
    await expect(server.kubectl([...change, '--as=editor'])).rejects.toThrow(refused);
    await server.kubectl([...change, operator]);
    const relabel = ['label', 'configmap', 'mine', `app.kubernetes.io/component=etcd-recovery-journal`];
    await expect(server.kubectl([...relabel, '--as=editor'])).rejects.toThrow(refused);
    await server.kubectl(['delete', 'configmap', 'etcd-recovery-etcd', '--as=editor']);
  }, 180_000);

  it('in a status is out of the reach of editors and admins', async () => {
    await apply(recovery({}, 'judged'));
    await apply(object('EtcdGuard', 'judging', { statefulSetName: 'other' }));
    const status = JSON.stringify({ status: { journal: { statefulSetName: 'etcd', digests: ['forged'] } } });
    for (const person of Object.keys(people))
      for (const name of ['etcdrecovery/judged', 'etcdguard/judging'])
        await expect(
          server.kubectl([
            'patch',
            ...name.split('/'),
            '--subresource=status',
            '--type=merge',
            '-p',
            status,
            `--as=${person}`,
          ]),
        ).rejects.toThrow(/forbidden/i);
  });
});

describe('what a pair proposes', () => {
  const refused = 'may only be set by who has the verb approve on coordinatorpairs.ha.milvus.io';
  const annotate = (value: string, ...flags: readonly string[]) =>
    server.kubectl(['annotate', '--overwrite', 'coordinatorpair', 'rootcoord', value, ...flags]);

  it('is approved by who has the verb approve, which an editor lacks; to take it back needs no more than to edit', async () => {
    await create(pair(), '--as=editor');
    const approve = 'ha.milvus.io/approve=0123456789abcdef';
    await toBeRefused('an editor', () => annotate(approve, '--as=editor', '--dry-run=server'), refused);
    await annotate(approve, '--as=admin');
    await annotate('ha.milvus.io/restart=now', '--as=editor');
    await annotate('ha.milvus.io/approve-', '--as=editor');
  }, 180_000);

  it('is done by itself, where that is not the default, when such a person says so', async () => {
    const remediate = (remediation: object, as: string) => patch('coordinatorpair/rootcoord', { remediation }, as);
    await expect(remediate({ lostNode: 'Auto' }, '--as=editor')).rejects.toThrow('may only be set to Auto by who has');
    await remediate({ lostNode: 'Never', zombieStandby: 'Never' }, '--as=editor');
    await remediate({ stuckHolder: 'Auto' }, '--as=admin');
    await remediate({ zombieStandby: 'Auto' }, '--as=editor');
  });
});
