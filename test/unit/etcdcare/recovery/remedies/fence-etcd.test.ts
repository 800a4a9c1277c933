import { describe, expect, it } from '@jest/globals';
import { fenceEtcd } from '../../../../../src/etcdcare/recovery/remedies/fence-etcd.ts';
import type { Planning, StepOutcome, Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import type { EtcdWorld } from '../../../../../src/etcdcare/recovery/world.ts';
import { fakeClient } from '../../../kube/fake-client.ts';
import { crashing, etcd, etcdWith, pod, setup } from '../../support/facts.ts';
import { statefulSet, worldOf, workWith } from './worlds.ts';

const bootstrapped = 'discovery failed: member a1 has already been bootstrapped';
const threatened = etcdWith(['etcd-1', 'etcd-2'].map((name) => crashing(name, 1, [bootstrapped])));
const atZero = { ...setup, replicas: 0 };
const [scaleToZero, podsGone] = fenceEtcd.steps;

const plan = (world: EtcdWorld) => fenceEtcd.plan({ world } as Planning);

/** Runs a step, and notes what it writes. */
async function run(step: typeof scaleToZero, world: EtcdWorld): Promise<{ outcome: StepOutcome; made: unknown[] }> {
  const made: unknown[] = [];
  const client = fakeClient({
    mergePatch: ((...[, , , patch]: readonly unknown[]) => Promise.resolve(void made.push(patch))) as never,
  }) as Work['client'];
  const outcome = await step?.run(workWith({}, { look: () => Promise.resolve(world), client }));
  if (!outcome) throw new Error('there is no such step');
  return { outcome, made };
}

describe('planning to stop an etcd that could split', () => {
  it('says what is scaled, that nothing is lost, and how it is undone', async () => {
    expect(await plan(worldOf(threatened))).toMatchObject({
      state: 'Planned',
      plan: {
        steps: [
          'scale StatefulSet etcd from 3 to 0, and set initial-cluster-state to existing in its template, for good',
          'wait until no pod is left; etcd stays stopped until its data is restored',
        ],
        mayLose: 'nothing: no data is changed, and without a quorum nobody is served',
        undo: 'kubectl -n milvus scale statefulset etcd --replicas=3; initial-cluster-state stays existing',
      },
    });
  });

  it.each([
    ['is refused while there is a quorum', etcd(), 'Refused'],
    [
      'waits while a quorum is lost for another reason',
      etcdWith(['etcd-1', 'etcd-2'].map((one) => crashing(one, 1, []))),
      'Waiting',
    ],
    ['is refused when it was done', etcd({ setup: { ...atZero, fencedBy: 'first' }, pods: [], looks: [] }), 'Refused'],
  ])('%s', async (_what, facts, state) => {
    expect(await plan(worldOf(facts))).toMatchObject({ state });
  });
});

describe('stopping an etcd that could split', () => {
  it('scales it to 0 and has its template say existing in one write, of the version that was read', async () => {
    const { outcome, made } = await run(scaleToZero, worldOf(threatened));
    expect(outcome).toMatchObject({ state: 'Waiting', againMs: 0 });
    expect(made).toMatchObject([
      {
        metadata: { uid: 'uid-of-set', resourceVersion: '7' },
        spec: {
          replicas: 0,
          template: {
            spec: { containers: [{ env: [{ name: 'ETCD_INITIAL_CLUSTER_STATE', value: 'existing' }, {}] }] },
          },
        },
      },
    ]);
  });

  it('stops nothing when the quorum has come back', async () => {
    expect(await run(scaleToZero, worldOf())).toMatchObject({ outcome: { state: 'Over' }, made: [] });
  });

  it('stops nothing while it is not certain that the quorum is lost', async () => {
    const silent = etcd({ pods: ['etcd-0', 'etcd-1', 'etcd-2'].map((name) => pod(name, { ready: false })), looks: [] });
    expect(await run(scaleToZero, worldOf(silent))).toMatchObject({ outcome: { state: 'Waiting' }, made: [] });
  });

  it('waits until no pod is left', async () => {
    const ending = etcd({ setup: atZero, pods: [pod('etcd-0', { terminating: true })], looks: [] });
    expect(await run(podsGone, worldOf(ending))).toMatchObject({
      outcome: { state: 'Waiting', message: 'waits for etcd-0 to end' },
      made: [],
    });
  });

  it('does not fight with whoever scales it up again: it waits, and says who it is', async () => {
    expect(await run(podsGone, worldOf(threatened))).toMatchObject({
      outcome: { state: 'Waiting', message: expect.stringContaining('etcd was started again: StatefulSet etcd') },
      made: [],
    });
  });

  it('marks the StatefulSet, as it is when nothing runs, with who stopped it', async () => {
    const gone = etcd({ setup: atZero, pods: [], looks: [] });
    const { outcome, made } = await run(podsGone, worldOf(gone, { set: statefulSet('existing') }));
    expect(outcome).toMatchObject({ state: 'Done' });
    expect(made).toEqual([
      {
        metadata: {
          uid: 'uid-of-set',
          resourceVersion: '7',
          annotations: { 'ha.milvus.io/fenced-by': 'r', 'ha.milvus.io/fenced-generation': '3' },
        },
      },
    ]);
  });
});
