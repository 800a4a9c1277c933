import { describe, expect, it } from '@jest/globals';
import { rebuildFromSurvivor } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/remedy.ts';
import type { Job } from '../../../../../../src/etcdcare/volumes/job-types.ts';
import type { Plan, StepOutcome, Work } from '../../../../../../src/etcdcare/recovery/remedy.ts';
import type { EtcdWorld } from '../../../../../../src/etcdcare/recovery/world.ts';
import type { ResourceKind } from '../../../../../../src/kube/objects.ts';
import { fakeClient } from '../../../../kube/fake-client.ts';
import { etcd, look, names, setup } from '../../../support/facts.ts';
import { endedJobs, result } from '../ended-jobs.ts';
import { statefulSet, worldOf, workWith } from '../worlds.ts';

const details: Plan['details'] = {
  operation: 'op',
  source: 'etcd-0',
  clusterId: 'd00b',
  revision: '9',
  token: 'token-op',
  loss: { complete: true, ahead: [], silent: [] },
};
const sha256 = 'a'.repeat(64);
const prepared = Object.fromEntries(names.map((name) => [name, { memberId: `1${name.slice(-1)}`, clusterId: '77' }]));
const notes = { fencedGeneration: 3, sha256, artefactRevision: '9', prepared, seen: { 'etcd-0': { memberId: '5' } } };
const stopped = worldOf(etcd({ setup: { ...setup, replicas: 0 }, pods: [], looks: [] }), {
  set: statefulSet('existing'),
});

const flipped = result({ alreadyDone: false, movedTo: '/bitnami/etcd/data.bak-op', memberId: '10', clusterId: '77' });

function run(step: string, changes: Partial<Work>, world: EtcdWorld = stopped): Promise<StepOutcome> {
  const found = rebuildFromSurvivor.steps.find(({ name }) => name === step);
  if (!found) throw new Error(`there is no step ${step}`);
  return found.run(workWith(details, { notes, look: () => Promise.resolve(world), ...changes }));
}

const variables = (job: Job | undefined): Record<string, string | undefined> =>
  Object.fromEntries((job?.spec.template.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));

describe('the steps of a rebuild', () => {
  it('may be stopped before data is exchanged, and not between that and members that agree', () => {
    expect(rebuildFromSurvivor.steps.filter(({ safeToStop }) => !safeToStop).map(({ name }) => name)).toEqual([
      'Flip',
      'StartEtcd',
      'MembersAgree',
    ]);
    for (const { safeToStop, keepsChanges = false } of rebuildFromSurvivor.steps)
      expect(keepsChanges).toBe(!safeToStop);
  });

  it('exchange the data of every member, each for what was prepared for it', async () => {
    const { client, made } = endedJobs(() => flipped);
    await run('Flip', { client });
    expect(await run('Flip', { client })).toMatchObject({ state: 'Done' });
    expect(made).toHaveLength(3);
    expect(made.map(variables)).toMatchObject([
      { OPERATION: 'op', SHA256: sha256, MEMBER_ID: '10', CLUSTER_ID: '77', EXPECTED_MEMBER_ID: '5' },
      { MEMBER_ID: '11' },
      { MEMBER_ID: '12' },
    ]);
  });

  it.each(['StopMilvus', 'SaveSurvivor', 'StopEtcd'])(
    'change nothing in %s when the quorum has come back by itself: the repair is over',
    async (step) => {
      const over = { state: 'Over', message: expect.stringContaining('nothing has to be repaired') };
      expect(await run(step, { notes: {} }, worldOf())).toMatchObject(over);
    },
  );

  it('take a survivor from its volume where nobody can log in to it without a quorum', async () => {
    const { client, made } = endedJobs(() => flipped);
    const alone = etcd({ looks: [look('etcd-0', { leader: 0n }, false)] });
    const world = worldOf(alone, { spec: { auth: { secretName: 'root' } } });
    expect(await run('SaveSurvivor', { client, notes: {} }, world)).toEqual({
      state: 'Done',
      message: 'without a quorum nobody can log in to the member in etcd-0: its volume is the source',
    });
    expect(made).toEqual([]);
  });

  it('exchange nothing while one member is not prepared', async () => {
    const { client, made } = endedJobs(() => flipped);
    const { 'etcd-1': _forgotten, ...others } = prepared;
    expect(await run('Flip', { client, notes: { ...notes, prepared: others } })).toEqual({
      state: 'Failed',
      keepChanges: true,
      message: 'not prepared: etcd-1',
    });
    expect(made).toEqual([]);
  });

  it.each(['LookCloser', 'MakeArtefact', 'Prepare', 'Flip'])(
    'touch no volume in %s when etcd was started since',
    async (step) => {
      const { client, made } = endedJobs(() => flipped);
      const world = worldOf(etcd({ setup: { ...setup, replicas: 0 }, looks: [] }), { set: statefulSet('existing') });
      expect(await run(step, { client }, world)).toMatchObject({
        state: 'Failed',
        message: expect.stringContaining('etcd-0, etcd-1, etcd-2 ran since'),
      });
      expect(made).toEqual([]);
    },
  );

  it('keep Milvus stopped when the data of one member could not be exchanged', async () => {
    const refusal = { exitCode: 21, message: '{"ok":false,"message":"it is of member 7"}' };
    const { client } = endedJobs((_script, ordinal) => (ordinal === 1 ? refusal : flipped));
    await run('Flip', { client });
    expect(await run('Flip', { client })).toMatchObject({
      state: 'Failed',
      keepChanges: true,
      message: expect.stringContaining('etcd-1 the restored data could not be put in place: it is of member 7'),
    });
  });

  it('start no etcd while a Milvus runs', async () => {
    const pods = [{ metadata: { name: 'datacoord-0', namespace: 'milvus', labels: { app: 'datacoord' } }, status: {} }];
    const client = fakeClient({
      get: ((_kind: ResourceKind, name: string) =>
        Promise.resolve(name === 'etcd' ? statefulSet('existing') : undefined)) as never,
      list: ((kind: ResourceKind) =>
        Promise.resolve({
          metadata: { resourceVersion: '1' },
          items: kind.kind === 'Pod' ? pods : [],
        })) as never,
    }) as Work['client'];
    const milvus = [
      {
        kind: 'Deployment',
        namespace: 'milvus',
        name: 'datacoord',
        uid: 'd',
        replicas: 1,
        podSelector: { matchLabels: { app: 'datacoord' } },
      },
    ];
    expect(await run('StartEtcd', { client, notes: { ...notes, milvus, milvusTold: true } })).toMatchObject({
      state: 'Waiting',
      message: 'waits for Milvus to stop: datacoord-0',
    });
  });

  it('try a volume again that a process had open for a moment', async () => {
    const locked = { exitCode: 20, message: '{"ok":false,"message":"etcd still runs on it"}' };
    let tries = 0;
    const { client, made } = endedJobs((_script, ordinal) => (ordinal === 0 && tries++ < 2 ? locked : flipped));
    await run('Flip', { client });
    expect(await run('Flip', { client })).toMatchObject({ state: 'Done' });
    expect(made.map(({ metadata }) => metadata.name)).toContain('etcd-uid-of-recovery-flip-0-r1');
  });
});
