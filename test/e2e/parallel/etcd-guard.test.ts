import { expect } from '@jest/globals';
import type { EtcdGuard } from '../../../src/api/etcd-guard.ts';
import type { GuardConditionType } from '../../../src/api/guard-conditions.ts';
import { etcdGuardKind } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { repeatUntil, until } from '../../support/until.ts';
import { inWords, operatorWrites } from '../support/audit.ts';
import { scenario, type Scene } from '../support/scenario.ts';

const name = 'etcd';

const guardOf = async ({ client, namespace }: Scene): Promise<EtcdGuard> => {
  const guard = await client.get<EtcdGuard & KubeObject>(etcdGuardKind, name, namespace);
  if (!guard) throw new Error(`there is no EtcdGuard ${namespace}/${name}`);
  return guard;
};

/** Waits for a condition with a reason. */
const untilReason = (scene: Scene, type: GuardConditionType, reason: string): Promise<EtcdGuard> =>
  until(
    `${type} ${reason}`,
    async () => {
      const guard = await guardOf(scene);
      const found = guard.status?.conditions?.find((condition) => condition.type === type);
      return found?.reason === reason && guard;
    },
    { timeoutMs: 120_000, everyMs: 200 },
  );

scenario(
  'an etcd is guarded: what ails it is named with its evidence, and nothing is touched',
  async (scene) => {
    const { kubectl } = scene;
    const sinceMs = Date.now();
    const etcd = await scene.startEtcd(3);
    await kubectl.apply({
      apiVersion: 'ha.milvus.io/v1alpha1',
      kind: 'EtcdGuard',
      metadata: { name },
      spec: { statefulSetName: 'etcd' },
    });

    await untilReason(scene, 'Healthy', 'AllMembersHealthy');
    expect(await kubectl.run(['get', 'etcdguards'])).toMatch(/^etcd +True +3\/3 +etcd-\d +NoRecovery +\d+s/m);

    const brokenMs = Date.now();
    await kubectl.run(['set', 'image', 'statefulset/etcd', 'etcd=localhost/etcd:missing']);
    const stuck = await until(
      'the image to be blamed',
      async () => {
        const { status } = await guardOf(scene);
        return status?.diagnosis?.case === 'ImagePullFailed' && status;
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
    scene.measurements['imageNamedMs'] = Date.now() - brokenMs;
    expect(stuck.diagnosis).toMatchObject({ pods: ['etcd-2'], certainty: 'Certain' });
    expect(stuck.diagnosis?.evidence).toContain('localhost/etcd:missing');
    expect(stuck.conditions?.find(({ type }) => type === 'Quorate')?.status).toBe('True');

    await kubectl.run(['rollout', 'undo', 'statefulset/etcd']);
    await kubectl.run(['delete', 'pod', 'etcd-2']);
    const well = await untilReason(scene, 'Healthy', 'AllMembersHealthy');
    expect(well.status?.history?.map((entry) => entry.case)).toContain('ImagePullFailed');

    const members = (await etcd.etcdctl(['member', 'list'])).split('\n').map((line) => line.split(', ')[0]);
    expect(well.status?.members?.map(({ id }) => id).sort()).toEqual(members.filter(Boolean).sort());

    const writes = await operatorWrites(scene.cluster, { sinceMs, namespace: scene.namespace });
    expect(new Set(writes.map(({ resource }) => resource))).toEqual(new Set(['etcdguards', 'events']));
    expect(writes.filter(({ resource, verb }) => resource !== 'events' && verb !== 'patch').map(inWords)).toEqual([]);
  },
  { timeoutMs: 300_000 },
);

scenario(
  'an etcd whose quota is full: SpaceOK turns False, and True again when the alarm is gone',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await scene.startEtcd(1);
    const patch = [
      { op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--quota-backend-bytes=8388608' },
    ];
    await kubectl.run(['patch', 'statefulset', 'etcd', '--type', 'json', '--patch', JSON.stringify(patch)]);
    await kubectl.run(['rollout', 'status', 'statefulset/etcd', '--timeout', '120s']);
    await kubectl.apply({
      apiVersion: 'ha.milvus.io/v1alpha1',
      kind: 'EtcdGuard',
      metadata: { name },
      spec: { statefulSetName: 'etcd' },
    });
    await untilReason(scene, 'SpaceOK', 'SpaceLeft');

    const large = 'x'.repeat(100_000);
    await repeatUntil(
      'etcd to refuse a write',
      () =>
        etcd.etcdctl(['put', 'big', large]).then(
          () => false,
          (error: unknown) => String(error).includes('database space exceeded'),
        ),
      { timeoutMs: 120_000 },
    );
    const full = await untilReason(scene, 'SpaceOK', 'NoSpaceAlarm');
    expect(full.status?.diagnosis).toMatchObject({ case: 'NoSpaceAlarm', pods: ['etcd-0'] });

    const revision = /"revision":(\d+)/.exec(await etcd.etcdctl(['endpoint', 'status', '--write-out', 'json']))?.[1];
    await etcd.etcdctl(['compact', revision ?? '']);
    await etcd.etcdctl(['defrag']);
    await etcd.etcdctl(['alarm', 'disarm']);
    await untilReason(scene, 'SpaceOK', 'SpaceLeft');
  },
  { timeoutMs: 300_000 },
);

scenario(
  'a guard without its Secret is blind and says what it lacks; a second one of the same etcd says so',
  async (scene) => {
    const { kubectl } = scene;
    await scene.startEtcd(1);
    const guard = (metadata: object, spec: object = {}): object => ({
      apiVersion: 'ha.milvus.io/v1alpha1',
      kind: 'EtcdGuard',
      metadata,
      spec: { statefulSetName: 'etcd', ...spec },
    });
    await kubectl.apply(guard({ name }, { auth: { secretName: 'root' } }));
    const blind = await untilReason(scene, 'Healthy', 'OperatorBlind');
    const healthy = blind.status?.conditions?.find(({ type }) => type === 'Healthy');
    expect(healthy?.message).toContain('Secret root does not exist');
    await kubectl.run(['patch', 'etcdguard', name, '--type=merge', '--patch', '{"spec":{"auth":null}}']);
    await untilReason(scene, 'Healthy', 'AllMembersHealthy');

    // Which one is older is told by whole seconds.
    const { metadata } = await guardOf(scene);
    const made = Date.parse((metadata as { readonly creationTimestamp?: string }).creationTimestamp ?? '');
    await until('another second', () => Date.now() - made > 1_100);
    await kubectl.apply(guard({ name: 'second' }));
    await untilReason(scene, 'Conflict', 'YoungerGuard');
    const { status } = await until('the second to give way', async () => {
      const second = await scene.client.get<EtcdGuard & KubeObject>(etcdGuardKind, 'second', scene.namespace);
      return second?.status?.conditions?.some(({ reason }) => reason === 'AnotherGuard') && second;
    });
    expect(status?.conditions?.find(({ type }) => type === 'Conflict')?.message).toContain('EtcdGuard etcd is older');
  },
);
