import { describe, expect, it } from '@jest/globals';
import type { EtcdRecovery } from '../../../../src/api/etcd-recovery.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { silent } from '../../../../src/base/log.ts';
import { adminConnector } from '../../../../src/etcd/member-admin.ts';
import { Etcds } from '../../../../src/etcdcare/recovery/etcds.ts';
import type { Journal } from '../../../../src/etcdcare/recovery/journal.ts';
import { RecoveryLocks } from '../../../../src/etcdcare/recovery/lock.ts';
import type { RecoveryReconcilerOptions } from '../../../../src/etcdcare/recovery/options.ts';
import { Planner } from '../../../../src/etcdcare/recovery/planner.ts';
import { StatusWriter } from '../../../../src/etcdcare/recovery/status-writer.ts';
import { fakeClient } from '../../kube/fake-client.ts';
import { guard } from '../support/facts.ts';
import { recovery } from './support.ts';

const { signal } = new AbortController();

describe('a recovery while another one is at the same etcd', () => {
  it('keeps its plan and its approval, looks at nothing that the other one is changing, and says whom it waits for', async () => {
    const running = recovery({}, { state: 'Running' }, { name: 'rebuild' });
    const asked = { state: 'AwaitingApproval', message: 'approve me', planHash: 'as-read' } as const;
    const waiting = recovery({ approval: { planHash: 'as-read' } }, asked, { name: 'other' });
    const written: EtcdRecovery['status'][] = [];
    const client = {
      ...fakeClient({
        get: (() => Promise.resolve(running)) as never,
        apply: (_kind, object) => {
          written.push((object as unknown as EtcdRecovery).status);
          return Promise.resolve({ ...object, metadata: { ...object.metadata, resourceVersion: '2' } } as never);
        },
      }),
      podLog: () => Promise.reject(new Error('the test expected no log to be read')),
    } as unknown as RecoveryReconcilerOptions['client'];
    const options: RecoveryReconcilerOptions = {
      client,
      watchNamespaces: [],
      secrets: { secret: () => Promise.resolve(undefined), forgetSecret: () => undefined },
      node: () => undefined,
      guard: () => guard(),
      recoveries: () => [running, waiting],
      remedy: () => {
        throw new Error('the test expected no plan');
      },
      connect: adminConnector(),
      locks: new RecoveryLocks(client, 'operator', systemClock),
      isLeader: () => true,
      clock: systemClock,
      log: silent,
    };
    const journal: Journal = {
      recovery: { name: 'rebuild', uid: running.metadata.uid },
      guardName: 'etcd',
      action: 'RebuildFromSurvivor',
      planHash: 'of-the-other',
      approvedBy: 'Person',
      startTime: '2026-01-01T00:00:00Z',
      guard: {},
      details: {},
      steps: [],
      notes: {},
      changes: [],
    };
    using etcds = new Etcds(options);
    const planner = new Planner(options, etcds, new StatusWriter(options));
    expect(await planner.plan(waiting, guard(), { journal, digest: 'd', resourceVersion: '1' }, signal)).toBe(10_000);
    const [{ conditions: _judged, ...said } = {}] = written;
    expect([written.length, said]).toEqual([
      1,
      {
        ...asked,
        observedGeneration: 1,
        message: 'waits for EtcdRecovery rebuild, which is at this etcd; afterwards it is planned anew',
      },
    ]);
  });
});
