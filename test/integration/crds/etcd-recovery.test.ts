import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePrograms } from '../../cluster/programs.ts';
import { until } from '../../support/until.ts';
import { render } from '../../unit/deploy/chart.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { installCrds } from '../support/crds.ts';

let server: ApiServer;

const people = { editor: 'edit', admin: 'admin' } as const;
const kinds = ['ClusterRole', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];

beforeAll(async () => {
  await ensurePrograms(['helm']);
  server = await startApiServer();
  await installCrds(server, 'etcdguards', 'etcdrecoveries');
  for (const manifest of await render()) if (kinds.includes(manifest.kind)) await apply(manifest);
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
      { timeoutMs: 30_000, everyMs: 200 },
    );
    await expect(create(recovery({ approval: { planHash: 'x' } }, 'born'), '--as=editor')).rejects.toThrow(refused);
    await patch('etcdrecovery/asked', { approval: { planHash: 'x' } }, '--as=admin');
    await patch('etcdrecovery/asked', { ttlSecondsAfterFinished: 60 }, '--as=editor');
  }, 60_000);

  it('beforehand, by the policy of a guard, takes it too, but for what is Auto by default', async () => {
    const guard = (policy: object) => object('EtcdGuard', 'etcd', { statefulSetName: 'etcd', policy });
    await create(guard({ reclaimSpace: 'Auto', replaceMember: 'Never' }), '--as=editor');
    await expect(patch('etcdguard/etcd', { policy: { replaceMember: 'Auto' } }, '--as=editor')).rejects.toThrow(auto);
    await patch('etcdguard/etcd', { policy: { replaceMember: 'Auto' } }, '--as=admin');
    await patch('etcdguard/etcd', { policy: { snapshot: 'Never' } }, '--as=editor');
  });
});
