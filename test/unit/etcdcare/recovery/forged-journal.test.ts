import { describe, expect, it } from '@jest/globals';
import type { EtcdRecovery, EtcdRecoverySpec, RecoveryAction } from '../../../../src/api/etcd-recovery.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { silent } from '../../../../src/base/log.ts';
import { nextJournal } from '../../../../src/etcdcare/recovery/journal.ts';
import { RecoveryLocks } from '../../../../src/etcdcare/recovery/lock.ts';
import { RecoveryReconciler } from '../../../../src/etcdcare/recovery/reconciler.ts';
import { remedyFor } from '../../../../src/etcdcare/recovery/remedies/index.ts';
import type { ResourceKind } from '../../../../src/kube/objects.ts';
import { fakeClient } from '../../kube/fake-client.ts';
import { guard } from '../support/facts.ts';
import { recovery } from './support.ts';

const { signal } = new AbortController();
const uid = 'uid of repair';
const target = { podName: 'etcd-2' };
const replacement = {
  pod: 'etcd-2',
  peerURL: 'http://etcd-2.etcd:2380',
  member: 'd00d',
  operation: 'op',
  snapshotFrom: 'etcd-0',
  joins: 'Learner',
};
const rebuild = {
  operation: 'op',
  source: 'etcd-0',
  clusterId: 'd00b',
  revision: '9',
  token: 'token',
  loss: { complete: true, ahead: [], silent: [] },
};
const manifest = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'mine', namespace: 'kube-system' },
  spec: { template: {} },
};

/** What a journal of each action would look like that somebody writes who wants the operator to work for him. */
const forgeries: Readonly<Record<RecoveryAction, { readonly details: object; readonly notes?: object }>> = {
  BindPendingVolume: {
    details: { storageClassName: 'fast', claims: [] },
    notes: { statefulSet: { uid: 'u', generation: 1, manifest } },
  },
  ClearMemberID: { details: { pod: 'etcd-2', operation: 'op' } },
  ReplaceMember: { details: replacement },
  ReplaceVolume: { details: { ...replacement, claim: 'uid-of-claim', volume: 'pv-of-somebody' } },
  Fence: { details: {} },
  RestartQuorum: { details: { stopAll: 'yes', pods: [], intact: ['etcd-0'] } },
  RebuildFromSurvivor: { details: rebuild, notes: { prepared: {}, sha256: 'a' } },
  RestoreFromSnapshot: {
    details: rebuild,
    notes: { milvus: [{ kind: 'CoordinatorPair', namespace: 'other', name: 'theirs', uid: 'u' }] },
  },
  ReclaimSpace: { details: {} },
  Cleanup: { details: { old: { 'etcd-0': ['data'] }, volumes: { 'pv-of-somebody': 'uid' } } },
  Snapshot: { details: { claim: 'claim-of-somebody' } },
  Defragment: { details: {} },
  MoveLeader: { details: { to: 'etcd-1' } },
};
const targeted: readonly RecoveryAction[] = ['ClearMemberID', 'ReplaceMember', 'ReplaceVolume'];
const actions = Object.keys(forgeries) as readonly RecoveryAction[];
const change = {
  name: 'ScaleEtcd',
  what: 'StatefulSet etcd is scaled from 3 to 0',
  kind: 'StatefulSet',
  object: { name: 'etcd', namespace: 'milvus', uid: 'uid-of-set' },
  patch: { spec: { replicas: 0 } },
  putBack: { spec: { replicas: 3 } },
};

function textOf(action: RecoveryAction, changes: object = {}): string {
  const { details, notes = {} } = forgeries[action];
  return JSON.stringify({
    recovery: { name: 'repair', uid },
    guardName: 'etcd',
    action,
    ...(targeted.includes(action) ? { target: target.podName } : {}),
    planHash: 'approved-by-nobody',
    approvedBy: 'Person',
    startTime: '2026-11-21T12:00:00.000Z',
    guard: {},
    details,
    steps: [],
    notes,
    changes: [],
    ...changes,
  });
}
const digestOf = (text: string): string => nextJournal(JSON.parse(text) as never).digest;

/** Everything that the operator does with such a ConfigMap while a recovery is in that state. */
async function play(
  text: string,
  spec: Partial<EtcdRecoverySpec> & Pick<EtcdRecoverySpec, 'action'>,
  status: EtcdRecovery['status'],
): Promise<{ readonly written: readonly string[]; readonly status: EtcdRecovery['status']; readonly again: unknown }> {
  const written: string[] = [];
  let stored = recovery({ ...(targeted.includes(spec.action) ? { target } : {}), ...spec }, status);
  const note =
    (verb: string) =>
    (kind: ResourceKind, ...[name]: readonly unknown[]): Promise<never> => {
      written.push(`${verb} ${kind.kind} ${typeof name === 'string' ? name : ''}`);
      return Promise.reject(new Error('the test expected nothing to be changed'));
    };
  const client = {
    ...fakeClient({
      get: ((kind: ResourceKind) => {
        if (kind.kind === 'EtcdRecovery') return Promise.resolve(stored);
        const configMap = {
          metadata: { name: 'etcd-recovery-etcd', resourceVersion: '1' },
          data: { 'journal.json': text },
        };
        return Promise.resolve(kind.kind === 'ConfigMap' ? configMap : undefined);
      }) as never,
      apply: ((_kind: unknown, object: EtcdRecovery) => {
        stored = { ...stored, status: object.status ?? {} };
        return Promise.resolve(stored);
      }) as never,
      create: ((kind: ResourceKind, object: { readonly metadata: { readonly name: string } }) =>
        // The lock is no order to anybody.
        kind.kind === 'Lease' ? Promise.resolve(object) : note('create')(kind, object.metadata.name)) as never,
      list: () => Promise.resolve({ items: [], metadata: { resourceVersion: '1' } }),
      update: note('update'),
      mergePatch: note('patch'),
      delete: (kind: ResourceKind, name: string) =>
        kind.kind === 'ConfigMap' ? Promise.resolve(written.push(`forgets ${name}`) > 0) : note('delete')(kind, name),
    }),
    podLog: () => Promise.resolve(''),
  };
  using reconciler = new RecoveryReconciler({
    client: client,
    watchNamespaces: [],
    secrets: { secret: () => Promise.resolve(undefined), forgetSecret: () => undefined },
    node: () => undefined,
    guard: () => guard(),
    recoveries: () => [stored],
    remedy: remedyFor,
    connect: () => {
      throw new Error('the test expected no connection to etcd');
    },
    locks: new RecoveryLocks(client, 'operator', systemClock),
    isLeader: () => true,
    clock: systemClock,
    log: silent,
  });
  await reconciler.reconcile('milvus', 'repair', signal);
  const again = await reconciler.reconcile('milvus', 'repair', signal);
  return { written, status: stored.status, again };
}

const notWritten = expect.stringMatching(
  /^ConfigMap etcd-recovery-etcd is not as the operator wrote it, so nothing is done/,
);

describe('a journal that somebody else wrote', () => {
  const known = { journal: { statefulSetName: 'etcd', digests: ['of the journal that the operator wrote'] } };

  it.each(actions)(
    'ends a %s that runs as Failed: nothing is changed, and it is not looked at again',
    async (action) => {
      const text = textOf(action, { changes: [change] });
      expect(await play(text, { action }, { state: 'Running', ...known })).toEqual({
        written: [],
        again: undefined,
        status: expect.objectContaining({ state: 'Failed', message: notWritten }) as unknown,
      });
    },
  );

  it.each(actions)('approves no %s that waits for its approval', async (action) => {
    const text = textOf(action, { changes: [change] });
    expect(await play(text, { action }, { state: 'AwaitingApproval', planHash: 'asked' })).toEqual({
      written: [],
      again: undefined,
      status: expect.objectContaining({ state: 'Failed', message: notWritten }) as unknown,
    });
  });

  it('is nothing to go on with: who wants to take it up is told to delete it', async () => {
    const text = textOf('Cleanup', { recovery: { name: 'gone', uid: 'of one that is gone' } });
    const { written, status } = await play(text, { action: 'Cleanup' }, {});
    expect(written).toEqual([]);
    expect(status).toMatchObject({
      state: 'Planned',
      message: expect.stringMatching(/^waits: ConfigMap etcd-recovery-etcd is .*then delete it$/),
    });
  });

  it('is told, and nothing more, where it is no journal at all', async () => {
    const { written, status } = await play('- &a [*a]', { action: 'Cleanup' }, {});
    expect(written).toEqual([]);
    expect(status?.message).toMatch(/is no journal of this operator/);
  });
});

describe('a journal whose digest stands in the status', () => {
  const playWritten = (text: string, action: RecoveryAction) =>
    play(text, { action }, { state: 'Running', journal: { statefulSetName: 'etcd', digests: [digestOf(text)] } });
  const pretty = (text: string): string => JSON.stringify(JSON.parse(text), undefined, 1);

  it.each([
    ['another StatefulSet', { ...change, object: { ...change.object, name: 'minio' } }],
    ['a StatefulSet of that name elsewhere', { ...change, object: { ...change.object, namespace: 'kube-system' } }],
    [
      'a pair of a namespace that the guard did not name',
      {
        name: 'CoordinatorPair other/theirs',
        what: 'it is suspended',
        kind: 'CoordinatorPair',
        object: { name: 'theirs', namespace: 'other', uid: 'u' },
        patch: { metadata: { annotations: { 'ha.milvus.io/suspended-by': uid } } },
        putBack: { metadata: { annotations: { 'ha.milvus.io/suspended-by': null } } },
      },
    ],
  ])('is refused all the same where a change is about %s', async (_about, changed) => {
    const text = pretty(textOf('RestoreFromSnapshot', { changes: [changed] }));
    const { written, status } = await playWritten(text, 'RestoreFromSnapshot');
    expect(written).toEqual([]);
    expect(status).toMatchObject({
      state: 'Failed',
      message: expect.stringMatching(/^its journal does not fit: it is about/),
    });
  });

  it('is refused where Milvus in a namespace that the guard did not name would be started', async () => {
    const { written, status } = await playWritten(pretty(textOf('RestoreFromSnapshot')), 'RestoreFromSnapshot');
    expect(written).toEqual(['forgets etcd-recovery-etcd']);
    expect(status?.message).toBe('its journal does not fit: it is about CoordinatorPair other/theirs');
  });

  it.each(actions)('is refused where it holds anything that a %s does not plan or note', async (action) => {
    const { details, notes = {} } = forgeries[action];
    for (const forged of [{ details: { ...details, command: 'id' } }, { notes: { ...notes, command: 'id' } }]) {
      const { written, status } = await playWritten(pretty(textOf(action, forged)), action);
      // It has nothing to be put back.
      expect(written).toEqual(['forgets etcd-recovery-etcd']);
      expect(status).toMatchObject({ state: 'Failed', message: expect.stringMatching(/^its journal does not fit/) });
    }
  });

  it('is refused where it is about another action than the EtcdRecovery', async () => {
    const { written, status } = await playWritten(pretty(textOf('Cleanup')), 'Defragment');
    expect(written).toEqual(['forgets etcd-recovery-etcd']);
    expect(status).toMatchObject({ state: 'Failed', message: expect.stringMatching(/it is about Cleanup/) });
  });

  it.each([
    ['an unknown kind', { kind: 'ClusterRoleBinding' }],
    ['another patch', { putBack: { spec: { template: {} } } }],
  ])('is left for the version that wrote it where a change has %s', async (_about, wrong) => {
    const text = pretty(textOf('Defragment', { changes: [{ ...change, ...wrong }] }));
    const { written, status } = await playWritten(text, 'Defragment');
    expect(written).toEqual([]);
    expect(status).toMatchObject({
      state: 'Running',
      message: expect.stringMatching(/another version of the operator/),
    });
  });
});
