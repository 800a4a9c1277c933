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
});
