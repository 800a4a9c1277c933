import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { etcdRecoveryKind } from '../../../../src/api/names.ts';
import type { Json, Remedy } from '../../../../src/etcdcare/recovery/remedy.ts';
import { statefulSetKind } from '../../../../src/kube/kinds.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import { until } from '../../../support/until.ts';
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

const readSet = () => client.get<KubeObject & { readonly spec: object }>(statefulSetKind, 'etcd', 'default');

/** Takes the StatefulSet out of the way, with its manifest noted, and puts it back. */
const aroundTheSet: Remedy = {
  action: 'Defragment',
  plan: () =>
    Promise.resolve({
      state: 'Planned',
      plan: {
        steps: ['note it', 'take it away', 'put it back'],
        mayLose: 'nothing',
        undo: 'nothing to undo',
        evidence: 'a rehearsal',
        details: {},
      },
    }),
  steps: [
    {
      name: 'Note',
      safeToStop: true,
      run: async () => {
        const { apiVersion = '', kind = '', metadata, spec } = (await readSet()) ?? {};
        const manifest = { apiVersion, kind, metadata: { name: 'etcd', namespace: 'default' }, spec };
        return { state: 'Done', message: metadata?.name ?? '', notes: { manifest: manifest as unknown as Json } };
      },
    },
    {
      name: 'TakeAway',
      safeToStop: false,
      run: async (work) => {
        if (await readSet())
          await work.client.delete(statefulSetKind, 'etcd', 'default', { propagationPolicy: 'Background' });
        return { state: 'Done', message: 'away' };
      },
    },
    {
      name: 'PutBack',
      safeToStop: false,
      run: async (work) => {
        if (!(await readSet())) await work.client.create(statefulSetKind, work.notes['manifest'] as never);
        return { state: 'Done', message: 'back' };
      },
    },
  ],
};

async function ask(name: string): Promise<string> {
  await client.create(etcdRecoveryKind, {
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'EtcdRecovery',
    metadata: { name, namespace: 'default' },
    spec: { guardName: 'etcd', action: 'Defragment' },
  } as never);
  return name;
}

describe('a recovery that somebody deletes while the StatefulSet is out of the way', () => {
  it('is taken up by another one, when a person approves that, and the StatefulSet is back', async () => {
    const undisturbed = new Operators(world, client, aroundTheSet);
    expect((await undisturbed.live(await ask('undisturbed')))?.status?.state).toBe('Succeeded');
    const change = undisturbed.changes.indexOf('delete StatefulSet etcd') + 1;
    expect(change).toBeGreaterThan(0);

    const operators = new Operators(world, client, aroundTheSet);
    expect(await operators.live(await ask('deleted'), { change, when: 'after' })).toBeUndefined();
    expect(await readSet()).toBeUndefined();
    await client.delete(etcdRecoveryKind, 'deleted', 'default');

    const living = operators.live(await ask('next'));
    const planned = await until('the next one to be planned', async () => {
      const { state, planHash, plan } = (await operators.read('next'))?.status ?? {};
      return state === 'AwaitingApproval' && planHash !== undefined && { planHash, plan };
    });
    expect(planned.plan?.steps.join()).toContain('go on with what EtcdRecovery deleted left');
    const spec = { approval: { planHash: planned.planHash } };
    await client.mergePatch(etcdRecoveryKind, 'next', 'default', { spec });
    expect((await living)?.status).toMatchObject({ state: 'Succeeded', approvedBy: 'Person' });
    expect((await readSet())?.metadata.name).toBe('etcd');
  }, 60_000);
});
