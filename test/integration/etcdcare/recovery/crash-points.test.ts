import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { EtcdRecoverySpec } from '../../../../src/api/etcd-recovery.ts';
import { etcdRecoveryKind } from '../../../../src/api/names.ts';
import { textOf } from '../../../../src/etcdcare/recovery/details.ts';
import type { Remedy, Step } from '../../../../src/etcdcare/recovery/remedy.ts';
import { moveLeader } from '../../../../src/etcdcare/recovery/remedies/move-leader.ts';
import type { EtcdStatefulSet } from '../../../../src/etcdcare/setup/stateful-set.ts';
import { statefulSetKind } from '../../../../src/kube/kinds.ts';
import type { CrashPoint } from '../../../support/mortality.ts';
import { startGuardedEtcd, type GuardedEtcd } from '../guarded-etcd.ts';
import { Operators, type RealClient } from './stage.ts';

let world: GuardedEtcd;
let client: RealClient & AsyncDisposable;

beforeAll(async () => {
  world = await startGuardedEtcd([]);
  for (const ordinal of [0, 1, 2]) await world.show(ordinal, 'ready');
  client = world.server.client();
}, 180_000);
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const mark = 'test/done';

/** Changes the StatefulSet for the time, does one thing for good, and ends as it is told. */
function rehearsal(last: Step['run']): Remedy {
  return {
    action: 'Defragment',
    plan: ({ world: { set } }) =>
      Promise.resolve({
        state: 'Planned',
        plan: {
          steps: ['change something for the time', 'mark it', 'end'],
          mayLose: 'nothing',
          undo: 'nothing to undo',
          evidence: 'a rehearsal',
          details: { uid: set.metadata.uid },
        },
      }),
    details: z.record(z.string(), z.string()),
    notes: z.strictObject({ changed: z.exactOptional(z.string()) }),
    steps: [
      {
        name: 'Change',
        safeToStop: true,
        run: async (work) => {
          const { set } = await work.look();
          const { name, namespace = '', uid, resourceVersion } = set.metadata;
          const change = {
            name: 'strategy',
            what: 'the update strategy of the StatefulSet',
            kind: 'StatefulSet' as const,
            object: { name, namespace, uid },
            patch: { spec: { updateStrategy: { type: 'OnDelete' as const, rollingUpdate: null } } },
            putBack: { spec: { updateStrategy: { type: 'RollingUpdate' as const } } },
          };
          await work.change(change, resourceVersion);
          return { state: 'Done', message: 'changed', notes: { changed: name } };
        },
      },
      {
        name: 'Mark',
        safeToStop: false,
        run: async (work) => {
          const { set } = await work.look();
          const { annotations } = set.metadata;
          expect(set.spec?.updateStrategy?.type).toBe('OnDelete');
          if (annotations?.[mark] !== undefined) return { state: 'Done', message: 'marked' };
          await work.client.mergePatch(statefulSetKind, set.metadata.name, set.metadata.namespace, {
            metadata: { uid: set.metadata.uid, annotations: { [mark]: textOf(work.notes, 'changed') } },
          });
          return { state: 'Waiting', message: 'looks whether it is marked', againMs: 0 };
        },
      },
      { name: 'End', safeToStop: true, run: last },
    ],
  };
}

let made = 0;
async function ask(spec: Partial<EtcdRecoverySpec>): Promise<string> {
  const name = `recovery-${++made}`;
  await client.create(etcdRecoveryKind, {
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'EtcdRecovery',
    metadata: { name, namespace: 'default' },
    spec: { guardName: 'etcd', action: 'Defragment', ...spec },
  } as never);
  return name;
}

const setNow = async (): Promise<{ readonly marked?: string; readonly strategy?: string }> => {
  const set = await client.get<EtcdStatefulSet>(statefulSetKind, 'etcd', 'default');
  const marked = set?.metadata.annotations?.[mark];
  const strategy = set?.spec?.updateStrategy?.type;
  return { ...(marked === undefined ? {} : { marked }), ...(strategy === undefined ? {} : { strategy }) };
};
const unmark = () =>
  client.mergePatch(statefulSetKind, 'etcd', 'default', { metadata: { annotations: { [mark]: null } } });

/** Plays a recovery with an operator that dies at a point, and another one after it. */
async function play(remedy: Remedy, crash?: CrashPoint) {
  await unmark();
  const operators = new Operators(world, client, remedy);
  const name = await ask({});
  const ended = (await operators.live(name, crash)) ?? (await operators.live(name));
  return {
    changes: operators.changes,
    state: ended?.status?.state,
    steps: ended?.status?.steps?.map((step) => `${step.name} ${step.state}`),
    left: ended?.status?.temporaryChanges,
    ...(await setNow()),
  };
}

describe.each([
  { outcome: 'Done', state: 'Succeeded', last: 'Done' },
  { outcome: 'Failed', state: 'Failed', last: 'Failed' },
] as const)('a recovery that ends $state', ({ outcome, state, last }) => {
  const remedy = rehearsal(() => Promise.resolve({ state: outcome, message: 'the end' }));

  it('is finished by another operator wherever the first one dies, once, with everything put back', async () => {
    const expected = {
      state,
      steps: ['Change Done', 'Mark Done', `End ${last}`],
      left: undefined,
      strategy: 'RollingUpdate',
      marked: 'etcd',
    };
    const undisturbed = await play(remedy);
    expect(undisturbed).toMatchObject(expected);
    const marking = undisturbed.changes.filter((change) => change === 'patch StatefulSet etcd');
    // Changed, marked, put back.
    expect(marking).toHaveLength(3);
    expect(undisturbed.changes.length).toBeGreaterThan(10);
    for (const change of undisturbed.changes.keys())
      for (const when of ['before', 'after'] as const)
        expect({ change, when, ...(await play(remedy, { change: change + 1, when })) }).toMatchObject(expected);
  }, 300_000);
});

describe('a recovery', () => {
  it('that is cancelled stops at the next safe point and puts back what it changed', async () => {
    await unmark();
    let looks = 0;
    const remedy = rehearsal(() => {
      looks++;
      return Promise.resolve({ state: 'Waiting', message: 'waits for ever', againMs: 1 });
    });
    const operators = new Operators(world, client, remedy);
    const name = await ask({});
    // The next change after it began to wait is never made, so this one goes on until it is cancelled.
    const living = operators.live(name);
    while (looks === 0) await new Promise((resolve) => setImmediate(resolve));
    await client.mergePatch(etcdRecoveryKind, name, 'default', { spec: { cancel: true } });
    expect((await living)?.status).toMatchObject({
      state: 'Cancelled',
      message: 'cancelled at End; what was changed for the time was put back',
    });
    expect(await setNow()).toMatchObject({ strategy: 'RollingUpdate' });
  });

  it('that the policy began, and that finds that more may be lost, wants a person, and keeps what it has changed', async () => {
    await unmark();
    let found = 'first';
    const remedy = rehearsal((work) => {
      if (work.details['found'] === 'second') return Promise.resolve({ state: 'Done', message: 'as approved' });
      found = 'second';
      return Promise.resolve({ state: 'Replan', needsPerson: true, message: 'less is there' });
    });
    const choosing: Remedy = {
      ...remedy,
      plan: async (planning) => {
        const planned = await remedy.plan(planning);
        return planned.state === 'Planned' ? { ...planned, plan: { ...planned.plan, details: { found } } } : planned;
      },
    };
    const operators = new Operators(world, client, choosing);
    const name = await ask({});
    const approved = async (): Promise<string> => {
      for (;;) {
        const recovery = await operators.read(name);
        const { state, planHash } = recovery?.status ?? {};
        if (state === 'AwaitingApproval' && planHash !== undefined && planHash !== recovery?.spec.approval?.planHash) {
          await client.mergePatch(etcdRecoveryKind, name, 'default', { spec: { approval: { planHash } } });
          return planHash;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const living = operators.live(name);
    const hash = await approved();
    expect(operators.changes.filter((change) => change === 'patch StatefulSet etcd')).toHaveLength(2);
    expect((await living)?.status).toMatchObject({ state: 'Succeeded', planHash: hash, approvedBy: 'Person' });
    expect(await setNow()).toMatchObject({ strategy: 'RollingUpdate' });
  });

  it('of a real remedy moves the leader once, whatever dies', async () => {
    const operators = new Operators(world, client, moveLeader);
    const leader = async (): Promise<string> => {
      const lines = (await world.etcd.etcdctl(['endpoint', 'status'])).split('\n').filter(Boolean);
      return String(lines.findIndex((line) => line.split(', ')[4] === 'true'));
    };
    const before = await leader();
    const target = { podName: `etcd-${before === '0' ? 1 : 0}` };
    const name = await ask({ action: 'MoveLeader', target });
    const ended = (await operators.live(name, { change: 6, when: 'after' })) ?? (await operators.live(name));
    expect(ended?.status?.state).toBe('Succeeded');
    expect(`etcd-${await leader()}`).toBe(target.podName);
  });
});
