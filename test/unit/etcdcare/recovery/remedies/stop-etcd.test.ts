import { describe, expect, it } from '@jest/globals';
import { refenced, scaleUp, stopEtcd } from '../../../../../src/etcdcare/recovery/remedies/stop-etcd.ts';
import type { StepOutcome, Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import type { EtcdWorld } from '../../../../../src/etcdcare/recovery/world.ts';
import { fakeClient } from '../../../kube/fake-client.ts';
import { crashing, etcd, etcdWith, names, pod, setup } from '../../support/facts.ts';
import { statefulSet, worldOf, workWith } from './worlds.ts';

const lost = etcdWith([crashing('etcd-1', 1, []), crashing('etcd-2', 1, [])]);
const gone = etcd({ setup: { ...setup, replicas: 0 }, pods: [], looks: [] });

/** Runs the step, and notes what it changes. */
async function run(world: EtcdWorld, changes: Partial<Work> = {}): Promise<{ outcome: StepOutcome; made: unknown[] }> {
  const made: unknown[] = [];
  const client = fakeClient({
    mergePatch: ((...[, , , patch]: readonly unknown[]) => Promise.resolve(void made.push(patch))) as never,
  }) as Work['client'];
  const change: Work['change'] = (one) => Promise.resolve(void made.push(one));
  const outcome = await stopEtcd.run(workWith({}, { look: () => Promise.resolve(world), client, change, ...changes }));
  return { outcome, made };
}

describe('stopping an etcd without a quorum', () => {
  it('scales it to 0 with a note of what it was, and waits for the pods', async () => {
    const { outcome, made } = await run(worldOf(lost));
    expect(outcome).toMatchObject({ state: 'Waiting', againMs: 0, notes: { etcdTold: true } });
    expect(made).toMatchObject([
      {
        name: 'ScaleEtcd',
        object: { uid: 'uid-of-set' },
        patch: { spec: { replicas: 0 } },
        putBack: { spec: { replicas: 3 } },
      },
    ]);
  });

  it('waits for pods that are ending, and leaves the template alone meanwhile', async () => {
    const ending = etcd({ ...gone, pods: [pod('etcd-0', { terminating: true })] });
    const message = 'waits for etcd-0 to end';
    expect(await run(worldOf(ending))).toMatchObject({ outcome: { state: 'Waiting', message }, made: [] });
  });

  it('does not fight with whoever scales it up again: it waits, and says how that is stopped', async () => {
    const { outcome, made } = await run(worldOf(lost), { notes: { etcdTold: true } });
    expect(outcome).toMatchObject({
      state: 'Waiting',
      message: expect.stringContaining('etcd was started again: StatefulSet etcd asks for 3 replicas'),
    });
    expect(made).toEqual([]);
  });

  it('stops nothing that it cannot see', async () => {
    const error = { code: 'Unavailable', message: 'no answer' } as const;
    const blind = etcd({ looks: names.map((podName) => ({ podName, error })) });
    expect(await run(worldOf(blind))).toMatchObject({ outcome: { state: 'Waiting' }, made: [] });
  });

  it('has the template say existing when nothing is left, as it was read', async () => {
    const { outcome, made } = await run(worldOf(gone));
    expect(outcome).toMatchObject({ state: 'Waiting', againMs: 0 });
    expect(made).toMatchObject([
      {
        metadata: { uid: 'uid-of-set', resourceVersion: '7' },
        spec: {
          template: {
            spec: { containers: [{ env: [{ name: 'ETCD_INITIAL_CLUSTER_STATE', value: 'existing' }, {}] }] },
          },
        },
      },
    ]);
  });

  it('puts back an update strategy that was held while there was no quorum, when nothing runs that it could restart', async () => {
    const set = statefulSet('existing');
    const annotations = { 'ha.milvus.io/update-strategy-before': '{"type":"RollingUpdate"}' };
    const holding = { ...set, metadata: { ...set.metadata, annotations } };
    expect((await run(worldOf(gone, { set: holding }))).made).toMatchObject([
      {
        metadata: { annotations: { 'ha.milvus.io/update-strategy-before': null } },
        spec: { updateStrategy: { type: 'RollingUpdate' } },
      },
    ]);
  });

  it('is done with a note of the generation at which nothing ran', async () => {
    const { outcome, made } = await run(worldOf(gone, { set: statefulSet('existing') }));
    expect(outcome).toMatchObject({ state: 'Done', notes: { fencedGeneration: 3 } });
    expect(made).toEqual([]);
  });

  it('stops nothing when the quorum has come back: the repair is over', async () => {
    expect(await run(worldOf())).toMatchObject({ outcome: { state: 'Over' }, made: [] });
  });

  it('stops members that serve when a person has decided which of them has the data', async () => {
    const { outcome, made } = await run(worldOf(), { details: { divided: 'yes' } });
    expect(outcome).toMatchObject({ state: 'Waiting', notes: { etcdTold: true } });
    expect(made).toHaveLength(1);
  });

  it.each([
    ['somebody has changed the StatefulSet since', gone, 2],
    ['a pod is there again', etcd({ setup: { ...setup, replicas: 0 }, pods: [pod('etcd-0')], looks: [] }), 3],
  ])('fails for good when %s', async (_what, facts, fencedGeneration) => {
    const world = worldOf(facts, { set: statefulSet('existing') });
    const { outcome, made } = await run(world, { notes: { fencedGeneration } });
    expect(outcome).toMatchObject({ state: 'Failed', message: expect.stringContaining('was at 0 and') });
    expect(made).toEqual([]);
  });
});

describe('going on with what another recovery left', () => {
  const stopped = worldOf(gone, { set: statefulSet('existing') });

  it('counts from now that nothing of etcd runs, though somebody has corrected the StatefulSet since', () => {
    expect(refenced({ fencedGeneration: 2, etcdTold: true }, stopped)).toEqual({ fencedGeneration: 3, etcdTold: true });
  });

  it('does not while something of it runs, nor where it was not stopped yet', () => {
    expect(refenced({ fencedGeneration: 2 }, worldOf(lost))).toEqual({ fencedGeneration: 2 });
    expect(refenced({}, stopped)).toEqual({});
  });
});

describe('starting it again', () => {
  const scaledDown = { name: 'ScaleEtcd' } as Work['changes'][number];

  it('puts back what it was first, then goes to all members', async () => {
    const done: unknown[] = [];
    const client = fakeClient({
      mergePatch: ((...[, , , patch]: readonly unknown[]) => Promise.resolve(void done.push(patch))) as never,
    }) as Work['client'];
    const putBack: Work['putBack'] = (name) => Promise.resolve(void done.push(name));
    const one = worldOf(etcd({ setup: { ...setup, replicas: 1 } }));
    expect(await scaleUp(workWith({}, { client, putBack, changes: [scaledDown] }), worldOf(gone), 3)).toBe(false);
    expect(await scaleUp(workWith({}, { client, putBack }), one, 3)).toBe(false);
    expect(await scaleUp(workWith({}, { client, putBack }), worldOf(), 3)).toBe(true);
    const metadata = { uid: 'uid-of-set', resourceVersion: '7' };
    expect(done).toEqual(['ScaleEtcd', { metadata, spec: { replicas: 3 } }]);
  });

  it('takes away the mark of an etcd that was stopped so that it does not split', async () => {
    const done: unknown[] = [];
    const client = fakeClient({
      mergePatch: ((...[, , , patch]: readonly unknown[]) => Promise.resolve(void done.push(patch))) as never,
    }) as Work['client'];
    const fenced = worldOf(etcd({ ...gone, setup: { ...gone.setup, fencedBy: 'etcd-fence-1' } }));
    expect(await scaleUp(workWith({}, { client }), fenced, 3)).toBe(false);
    const annotations = { 'ha.milvus.io/fenced-by': null, 'ha.milvus.io/fenced-generation': null };
    expect(done).toEqual([
      { metadata: { uid: 'uid-of-set', resourceVersion: '7', annotations }, spec: { replicas: 3 } },
    ]);
  });
});
