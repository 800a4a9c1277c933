import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { guardMetrics } from '../../../../src/runtime/metrics/guards.ts';
import { samplesOf } from './samples.ts';

const guard = { namespace: 'milvus', name: 'etcd' };
const labels = 'namespace="milvus",name="etcd"';

describe('the metrics of guards', () => {
  it('say what ails an etcd, and nothing of it any more when it is well', async () => {
    const registry = new Registry();
    const metrics = guardMetrics(registry);
    const quorum = { voters: 3, healthy: 2, needed: 2 };
    metrics.report(guard, { conditions: [{ type: 'Healthy', status: 'False' }], quorum, diagnosis: 'DiskFull' });
    expect(await samplesOf(registry, /^etcdguard/)).toEqual({
      [`etcdguard_condition{${labels},condition="Healthy",status="False"}`]: '1',
      [`etcdguard_diagnosis{${labels},case="DiskFull"}`]: '1',
      [`etcdguard_voters{${labels}}`]: '3',
      [`etcdguard_healthy_voters{${labels}}`]: '2',
      [`etcdguard_needed_voters{${labels}}`]: '2',
    });
    metrics.report(guard, { conditions: [{ type: 'Healthy', status: 'True' }] });
    expect(await samplesOf(registry, /^etcdguard/)).toEqual({
      [`etcdguard_condition{${labels},condition="Healthy",status="True"}`]: '1',
    });
    metrics.forgetAll();
    expect(await samplesOf(registry, /^etcdguard/)).toEqual({});
  });

  it('count the recoveries that have not ended, tell how old the newest snapshot is, and forget both', async () => {
    const registry = new Registry();
    const metrics = guardMetrics(registry);
    const waiting = { action: 'ReplaceMember', state: 'AwaitingApproval' };
    const lastSnapshotTime = new Date('2026-11-30T10:00:00Z');
    const look = { conditions: [], recoveries: [waiting, waiting], lastSnapshotTime };
    metrics.report(guard, look);
    metrics.report(guard, look);
    expect(await samplesOf(registry, /^etcdguard/)).toEqual({
      [`etcdguard_open_recoveries{${labels},action="ReplaceMember",state="AwaitingApproval"}`]: '2',
      [`etcdguard_last_snapshot_timestamp_seconds{${labels}}`]: '1796032800',
    });
    metrics.report(guard, { conditions: [] });
    expect(await samplesOf(registry, /^etcdguard/)).toEqual({});
  });

  it('count how recoveries have ended, for longer than the guard is there', async () => {
    const registry = new Registry();
    const metrics = guardMetrics(registry);
    metrics.recoveryEnded(guard, { action: 'Snapshot', state: 'Failed' });
    metrics.recoveryEnded(guard, { action: 'Snapshot', state: 'Failed' });
    metrics.forgetAll();
    expect(await samplesOf(registry, /^etcdguard/)).toEqual({
      [`etcdguard_recoveries_ended_total{${labels},action="Snapshot",state="Failed"}`]: '2',
    });
  });
});
