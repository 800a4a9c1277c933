import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { etcdRecoveryKind } from '../../../../src/api/names.ts';
import type { Json, Remedy } from '../../../../src/etcdcare/recovery/remedy.ts';
import type { EtcdStatefulSet } from '../../../../src/etcdcare/setup/stateful-set.ts';
import type { ConfigMap } from '../../../../src/kube/core-types.ts';
import { configMapKind, statefulSetKind } from '../../../../src/kube/kinds.ts';
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
  details: z.strictObject({}),
  notes: z.strictObject({ manifest: z.exactOptional(z.json()) }),
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
  it('stays until the StatefulSet is back, though its operator dies meanwhile, and then goes with its journal', async () => {
    const undisturbed = new Operators(world, client, aroundTheSet);
    expect((await undisturbed.live(await ask('undisturbed')))?.status?.state).toBe('Succeeded');
    const change = undisturbed.changes.indexOf('delete StatefulSet etcd') + 1;
    expect(change).toBeGreaterThan(0);

    const operators = new Operators(world, client, aroundTheSet);
    expect(await operators.live(await ask('deleted'), { change, when: 'after' })).toBeUndefined();
    expect(await readSet()).toBeUndefined();
    await client.delete(etcdRecoveryKind, 'deleted', 'default');

    expect(await operators.until('deleted', 'Gone')).toBeUndefined();
    expect((await readSet())?.metadata.name).toBe('etcd');
    expect(await client.get(configMapKind, 'etcd-recovery-etcd', 'default')).toBeUndefined();
  }, 240_000);
});

/** Changes the update strategy for as long as it runs, and fails where putting it back would do harm, once. */
function failing(): Remedy {
  let times = 0;
  return {
    ...aroundTheSet,
    steps: [
      {
        name: 'Change',
        safeToStop: true,
        run: async (work) => {
          const { set } = await work.look();
          const { name, namespace = '', uid, resourceVersion } = set.metadata;
          const patches = {
            patch: { spec: { updateStrategy: { type: 'OnDelete' as const, rollingUpdate: null } } },
            putBack: { spec: { updateStrategy: { type: 'RollingUpdate' as const } } },
          };
          const object = { name, namespace, uid };
          await work.change(
            { name: 'strategy', what: 'it waits', kind: 'StatefulSet', object, ...patches },
            resourceVersion,
          );
          return { state: 'Done', message: 'changed' };
        },
      },
      {
        name: 'Fail',
        safeToStop: false,
        run: () =>
          Promise.resolve(
            times++ === 0
              ? { state: 'Failed', keepChanges: true, message: 'not now' }
              : { state: 'Done', message: 'now' },
          ),
      },
    ],
  };
}

describe('a recovery that failed and left something changed', () => {
  const strategy = async () => {
    const set = await client.get<EtcdStatefulSet>(statefulSetKind, 'etcd', 'default');
    return set?.spec?.updateStrategy?.type;
  };

  it('is gone on with by another one, when a person approves that, though it is being deleted meanwhile', async () => {
    const operators = new Operators(world, client, failing());
    const failed = await operators.until(await ask('failed'), 'Ended');
    expect(failed?.status).toMatchObject({ state: 'Failed', temporaryChanges: ['it waits'] });
    expect(await strategy()).toBe('OnDelete');
    await client.delete(etcdRecoveryKind, 'failed', 'default');

    const living = operators.live(await ask('next'));
    const planned = await until('the next one to be planned', async () => {
      const { state, planHash, plan } = (await operators.read('next'))?.status ?? {};
      return state === 'AwaitingApproval' && planHash !== undefined && { planHash, plan };
    });
    expect(planned.plan?.steps.join()).toContain('go on with what EtcdRecovery failed left');
    const spec = { approval: { planHash: planned.planHash } };
    await client.mergePatch(etcdRecoveryKind, 'next', 'default', { spec });
    expect((await living)?.status).toMatchObject({ state: 'Succeeded', approvedBy: 'Person' });
    expect(await strategy()).toBe('RollingUpdate');
    expect(await operators.until('failed', 'Gone')).toBeUndefined();
  }, 240_000);

  it('is not gone on with by what somebody has written into its journal since', async () => {
    const operators = new Operators(world, client, failing());
    await operators.until(await ask('left'), 'Ended');
    const found = await client.get<ConfigMap>(configMapKind, 'etcd-recovery-etcd', 'default');
    const text = found?.data?.['journal.json']?.replace('"RollingUpdate"', '"OnDelete"') ?? '';
    await client.mergePatch(configMapKind, 'etcd-recovery-etcd', 'default', { data: { 'journal.json': text } });
    await ask('misled');
    const waiting = await operators.until('misled', 'Waiting');
    expect(waiting?.status).toMatchObject({
      state: 'Planned',
      message: expect.stringMatching(
        /ConfigMap etcd-recovery-etcd is not as the operator wrote it .* delete it$/,
      ) as unknown,
    });
    expect(await strategy()).toBe('OnDelete');
  }, 240_000);
});
