import { describe, expect, it } from '@jest/globals';
import type { EtcdMemberClient } from '../../../../../src/etcd/member-client.ts';
import type { MemberAdmin } from '../../../../../src/etcd/member-admin.ts';
import { replaceMember } from '../../../../../src/etcdcare/recovery/remedies/replace-member/remedy.ts';
import { replacementOf } from '../../../../../src/etcdcare/recovery/remedies/replace-member/replacement.ts';
import type { Plan, StepOutcome, Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import type { EtcdWorld } from '../../../../../src/etcdcare/recovery/world.ts';
import { fakeClient } from '../../../kube/fake-client.ts';
import { crashing, etcd, etcdWith, setup } from '../../support/facts.ts';
import { statefulSet, worldOf, workWith } from './worlds.ts';

const sick = [crashing('etcd-2', 2, ['unexpected fault address 0x7f'])];
const details: Plan['details'] = { ...(replacementOf(worldOf(etcdWith(sick)), 'etcd-2', 'op') as object) };

function run(step: string, world: EtcdWorld, changes: Partial<Work> = {}): Promise<StepOutcome> {
  const found = replaceMember.steps.find(({ name }) => name === step);
  if (!found) throw new Error(`there is no step ${step}`);
  return found.run(workWith(details, { look: () => Promise.resolve(world), ...changes }));
}

/** Members that note what they are asked for. */
function members(methods: Partial<MemberAdmin> = {}) {
  const asked: string[] = [];
  const member = (pod: string) =>
    Promise.resolve({
      removeMember: (id: bigint) => Promise.resolve(void asked.push(`${pod} removes ${id.toString(16)}`)),
      addLearner: (url: string) => Promise.resolve((asked.push(`${pod} adds ${url}`), 1n)),
      ...methods,
    } as EtcdMemberClient & MemberAdmin);
  return { asked, member };
}

const without = (world: EtcdWorld): EtcdWorld => ({
  ...world,
  quorum: {
    ...world.quorum,
    ...(world.quorum.members ? { members: world.quorum.members.filter(({ name }) => name !== 'etcd-2') } : {}),
  },
});

describe('a quorum that is lost after the member was removed', () => {
  const well = worldOf(etcdWith(sick));
  const lost: EtcdWorld = { ...well, quorum: { ...well.quorum, verdict: 'Lost', evidence: 'etcd-0 sees no leader' } };
  const noted = { quorumLostSince: '2026-01-01T12:00:00.000Z' };
  const after = (seconds: number) => ({
    notes: noted,
    now: new Date(Date.parse(noted.quorumLostSince) + seconds * 1000),
  });

  it('is waited for, then the recovery ends and says what comes first', async () => {
    const now = new Date(noted.quorumLostSince);
    expect(await run('StartMember', lost, { now })).toMatchObject({ state: 'Waiting', notes: noted });
    expect(await run('StartMember', lost, after(119))).toMatchObject({ state: 'Waiting' });
    expect(await run('StartMember', lost, after(120))).toMatchObject({
      state: 'Failed',
      message: expect.stringMatching(/another member broke.*etcd-0 sees no leader.*RestartQuorum comes first/),
    });
  });

  it('leaves the update strategy as it is then, so that no member that runs is restarted, and notes what it was', async () => {
    const done: unknown[] = [];
    const object = { name: 'etcd', namespace: 'milvus', uid: 'uid-of-set' };
    const strategy = (type: 'OnDelete' | 'RollingUpdate') => ({ spec: { updateStrategy: { type } } });
    const patches = { patch: strategy('OnDelete'), putBack: strategy('RollingUpdate') };
    const client = fakeClient({
      mergePatch: ((...[, , , patch]: readonly unknown[]) => Promise.resolve(void done.push(patch))) as never,
    }) as Work['client'];
    const outcome = await run('StartMember', lost, {
      ...after(120),
      client,
      changes: [{ name: 'OnDelete', what: '', kind: 'StatefulSet', object, ...patches }],
      forget: (name) => Promise.resolve(void done.push(name)),
    });
    expect(outcome).toMatchObject({ state: 'Failed' });
    const annotations = { 'ha.milvus.io/update-strategy-before': '{"type":"RollingUpdate"}' };
    expect(done).toEqual([{ metadata: { uid: 'uid-of-set', resourceVersion: '7', annotations } }, 'OnDelete']);
  });

  it('is forgotten when it is back', async () => {
    expect(await run('StartMember', well, after(500))).toMatchObject({
      state: 'Waiting',
      notes: { quorumLostSince: null },
    });
  });
});

describe('the steps of ReplaceMember', () => {
  it('keep the template from restarting pods before it is changed, and change what was read', async () => {
    const changed: unknown[] = [];
    const first = await run('RenderExisting', worldOf(etcdWith(sick)), {
      change: (change) => Promise.resolve(void changed.push(change)),
    });
    expect(first).toMatchObject({ state: 'Waiting', againMs: 0 });
    expect(changed).toMatchObject([{ putBack: { spec: { updateStrategy: { type: 'RollingUpdate' } } } }]);

    const set = statefulSet();
    const held = { ...set, spec: { ...set.spec, updateStrategy: { type: 'OnDelete' as const } } };
    const patches: unknown[] = [];
    const client = fakeClient({
      mergePatch: ((...[, , , patch]: readonly unknown[]) => Promise.resolve(void patches.push(patch))) as never,
    }) as Work['client'];
    const second = await run('RenderExisting', worldOf(etcdWith(sick), { set: held }), { client });
    expect(second).toMatchObject({ state: 'Done' });
    expect(patches).toMatchObject([
      {
        metadata: { uid: 'uid-of-set', resourceVersion: '7' },
        spec: { template: { spec: { containers: [{ name: 'etcd', env: [{ value: 'existing' }, {}] }] } } },
      },
    ]);
  });

  it('change nothing in a template that says existing', async () => {
    const world = worldOf(etcdWith(sick), { set: statefulSet('existing') });
    expect(await run('RenderExisting', world)).toMatchObject({ state: 'Done' });
  });

  it('remove exactly the member that was approved, once', async () => {
    const { asked, member } = members();
    expect(await run('RemoveMember', worldOf(etcdWith(sick)), { member })).toMatchObject({ state: 'Waiting' });
    expect(asked).toEqual(['etcd-1 removes a2']);
    expect(await run('RemoveMember', without(worldOf(etcdWith(sick))), { member })).toMatchObject({ state: 'Done' });
    expect(asked).toHaveLength(1);
  });

  it('remove nobody when it is healthy by now, and nobody while another one is sick', async () => {
    expect(await run('RemoveMember', worldOf(etcd()))).toMatchObject({ state: 'Failed' });
    const two = worldOf(etcdWith([...sick, crashing('etcd-1', 1, [])]));
    expect(await run('RemoveMember', two)).toMatchObject({ state: 'Waiting' });
  });

  it('add a learner only while nobody is listed for that pod', async () => {
    const { asked, member } = members();
    await run('AddLearner', without(worldOf(etcdWith(sick))), { member });
    expect(asked).toEqual(['etcd-1 adds http://etcd-2.etcd-headless.milvus.svc:2380']);
    expect(await run('AddLearner', worldOf(etcdWith(sick)), { member })).toMatchObject({ state: 'Done' });
    expect(asked).toHaveLength(1);
  });

  it('leave the data of a new member that has started', async () => {
    expect(await run('SetAsideAgain', worldOf(etcd()))).toMatchObject({ state: 'Done' });
  });

  it.each([
    ['one that was made from an older template is deleted', 'new', ['etcd-2 uid-etcd-2']],
    ['one that says existing stays', 'existing', []],
  ] as const)('restart the pod when it has to be: %s', async (_about, state, expected) => {
    const deleted: string[] = [];
    const containers = statefulSet(state).spec?.template?.spec?.containers;
    const client = fakeClient({
      get: (() => Promise.resolve({ metadata: { name: 'etcd-2', uid: 'uid-etcd-2' }, spec: { containers } })) as never,
      delete: (_kind, name, _namespace, options) => {
        deleted.push(`${name} ${options?.uid ?? ''}`);
        return Promise.resolve(true);
      },
    }) as Work['client'];
    const world = worldOf(etcdWith(sick), { set: statefulSet('existing') });
    await run('RestartPod', world, { client });
    expect(deleted).toEqual(expected);
  });

  it('do not restart the pod when somebody has put the state new back', async () => {
    expect(await run('RestartPod', worldOf(etcdWith(sick)))).toMatchObject({ state: 'Failed', keepChanges: true });
  });

  it('wait for a learner that has not caught up', async () => {
    const world = worldOf(etcd());
    const learning = {
      ...world,
      quorum: {
        ...world.quorum,
        members: (world.quorum.members ?? []).map((one) => (one.name === 'etcd-2' ? { ...one, learner: true } : one)),
      },
    };
    const promote = () => Promise.reject(new Error('can only promote a learner member which is in sync with leader'));
    const { member } = members({ promote });
    expect(await run('Promote', learning, { member })).toMatchObject({ state: 'Waiting' });
    expect(await run('Promote', world)).toMatchObject({ state: 'Done' });
  });

  it.each([
    'the member has been permanently removed from the cluster',
    'etcdserver: re-configuration failed due to not enough started members',
    'etcdserver: Peer URLs already exists',
  ])('say while they wait that the pod says "%s"', async (line) => {
    const world = worldOf(etcdWith([crashing('etcd-2', 1, [`{"level":"fatal","msg":"${line}"}`])]));
    const client = fakeClient({ delete: () => Promise.resolve(false) }) as Work['client'];
    const phrase = /permanently removed|not enough started members|Peer URLs already exists/.exec(line)?.[0] ?? '';
    expect(await run('StartMember', world, { client })).toMatchObject({
      state: 'Waiting',
      message: expect.stringContaining(`"${phrase}"`),
    });
  });

  it.each([
    ['learns and has not started', '', true, 'Waiting'],
    ['learns and has made its name known, though it tells no more', 'etcd-2', true, 'Done'],
    ['votes and is not healthy', 'etcd-2', false, 'Waiting'],
  ])('see a member that %s', async (_about, name, learner, state) => {
    const world = worldOf(etcdWith(sick));
    const members = (world.quorum.members ?? []).map((one) =>
      one.name === 'etcd-2' ? { ...one, name, learner } : one,
    );
    const client = fakeClient({ delete: () => Promise.resolve(true) }) as Work['client'];
    const outcome = await run('StartMember', { ...world, quorum: { ...world.quorum, members } }, { client });
    expect(outcome.state).toBe(state);
  });

  it('put the update strategy back only while all are well, and wait until no pod is of the older template', async () => {
    const put: string[] = [];
    const object = { name: 'etcd', namespace: 'milvus', uid: 'uid-of-set' };
    const strategy = (type: 'OnDelete' | 'RollingUpdate') => ({ spec: { updateStrategy: { type } } });
    const patches = { patch: strategy('OnDelete'), putBack: strategy('RollingUpdate') };
    const change = { name: 'OnDelete', what: '', kind: 'StatefulSet' as const, object, ...patches };
    const putBack = (name: string) => Promise.resolve(void put.push(name));
    const first = { changes: [change], putBack };
    expect(await run('RestartOthers', worldOf(etcdWith(sick)), first)).toMatchObject({ state: 'Waiting' });
    expect(put).toEqual([]);
    expect(await run('RestartOthers', worldOf(etcd()), first)).toMatchObject({ state: 'Waiting' });
    expect(put).toEqual(['OnDelete']);

    const status = { observedGeneration: 3, currentRevision: 'a', updateRevision: 'b', updatedReplicas: 1 };
    const rolling = worldOf(etcd(), { set: { ...statefulSet('existing'), status } });
    expect(await run('RestartOthers', rolling)).toMatchObject({
      state: 'Waiting',
      message: expect.stringMatching(/^2 pods/) as unknown,
    });
    const over = worldOf(etcd(), { set: { ...statefulSet('existing'), status: { ...status, updatedReplicas: 3 } } });
    expect(await run('RestartOthers', over)).toMatchObject({ state: 'Done' });
  });

  it('put back an update strategy that an earlier replacement held when it lost the quorum', async () => {
    const patches: unknown[] = [];
    const client = fakeClient({
      mergePatch: ((...[, , , patch]: readonly unknown[]) => Promise.resolve(void patches.push(patch))) as never,
    }) as Work['client'];
    const set = statefulSet('existing');
    const annotations = { 'ha.milvus.io/update-strategy-before': '{"type":"RollingUpdate"}' };
    const holding = worldOf(etcd(), { set: { ...set, metadata: { ...set.metadata, annotations } } });
    expect(await run('RestartOthers', holding, { client })).toMatchObject({ state: 'Waiting' });
    expect(patches).toEqual([
      {
        metadata: {
          uid: 'uid-of-set',
          resourceVersion: '7',
          annotations: { 'ha.milvus.io/update-strategy-before': null },
        },
        spec: { updateStrategy: { type: 'RollingUpdate' } },
      },
    ]);
  });

  it('leave it to the old image to add its member', async () => {
    const found = replacementOf(worldOf(etcdWith(sick, { setup: { ...setup, startUp: 'G1' } })), 'etcd-2', 'op');
    const step = replaceMember.steps.find(({ name }) => name === 'AddLearner');
    const look = () => Promise.resolve(worldOf(etcdWith(sick)));
    expect(await step?.run(workWith({ ...(found as object) }, { look }))).toMatchObject({ state: 'Done' });
  });
});
