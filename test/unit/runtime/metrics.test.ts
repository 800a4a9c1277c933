import { describe, expect, it } from '@jest/globals';
import { createMetrics, serveMetrics } from '../../../src/runtime/metrics.ts';
import { samplesOf } from './metrics/samples.ts';

function metrics(now = () => 0) {
  return createMetrics({
    controller: 'coordinatorpair',
    concurrency: 8,
    leaseName: 'coordinator-pair-operator',
    version: '1.2.3',
    now,
  });
}

describe('createMetrics', () => {
  it('times reconciles and counts them by how they ended', async () => {
    let nowMs = 1_000;
    const { registry, reconcile } = metrics(() => nowMs);
    const ended = reconcile.started();
    const failed = reconcile.started();
    nowMs += 250;
    ended('requeue_after');
    expect(await samplesOf(registry, /^controller_runtime_(active|max)/)).toEqual({
      'controller_runtime_active_workers{controller="coordinatorpair"}': '1',
      'controller_runtime_max_concurrent_reconciles{controller="coordinatorpair"}': '8',
    });
    failed('error');
    expect(await samplesOf(registry, /^controller_runtime_reconcile_(total|errors|time_seconds_(sum|count))/)).toEqual({
      'controller_runtime_reconcile_total{controller="coordinatorpair",result="success"}': '0',
      'controller_runtime_reconcile_total{controller="coordinatorpair",result="error"}': '1',
      'controller_runtime_reconcile_total{controller="coordinatorpair",result="requeue"}': '0',
      'controller_runtime_reconcile_total{controller="coordinatorpair",result="requeue_after"}': '1',
      'controller_runtime_reconcile_errors_total{controller="coordinatorpair"}': '1',
      'controller_runtime_reconcile_time_seconds_sum{controller="coordinatorpair"}': '0.5',
      'controller_runtime_reconcile_time_seconds_count{controller="coordinatorpair"}': '2',
    });
  });

  it('counts calls to the API server by code, method and host', async () => {
    const { registry, requestCompleted } = metrics();
    const call = { host: '10.96.0.1:443', durationMs: 5 };
    requestCompleted({ ...call, verb: 'list', code: 200 });
    requestCompleted({ ...call, verb: 'watch', code: 200 });
    requestCompleted({ ...call, verb: 'patch', code: 409 });
    requestCompleted({ ...call, verb: 'get', code: 0 });
    expect(await samplesOf(registry, /^rest_client/)).toEqual({
      'rest_client_requests_total{code="200",host="10.96.0.1:443",method="GET"}': '2',
      'rest_client_requests_total{code="409",host="10.96.0.1:443",method="PATCH"}': '1',
      'rest_client_requests_total{code="<error>",host="10.96.0.1:443",method="GET"}': '1',
    });
  });

  it('shows whether this replica leads, from the start', async () => {
    const { registry, leading } = metrics();
    const series = 'leader_election_master_status{name="coordinator-pair-operator"}';
    expect(await samplesOf(registry, /^leader/)).toEqual({ [series]: '0' });
    leading(true);
    expect(await samplesOf(registry, /^leader/)).toEqual({ [series]: '1' });
    leading(false);
    expect(await samplesOf(registry, /^leader/)).toEqual({ [series]: '0' });
  });

  it('counts and times reads of etcd', async () => {
    const { registry, etcd } = metrics();
    etcd.readCompleted('success', 2);
    etcd.readCompleted('error', 2_000);
    expect(await samplesOf(registry, /^coordinatorpair_etcd_read(s_total|_seconds_sum)/)).toEqual({
      'coordinatorpair_etcd_reads_total{result="success"}': '1',
      'coordinatorpair_etcd_reads_total{result="error"}': '1',
      coordinatorpair_etcd_read_seconds_sum: '2.002',
    });
  });

  it('says which version it is, and how the process does', async () => {
    const { registry } = metrics();
    expect(await samplesOf(registry, /build_info/)).toEqual({ 'coordinatorpair_build_info{version="1.2.3"}': '1' });
    expect(Object.keys(await samplesOf(registry, /^process_resident_memory_bytes$/))).toHaveLength(1);
  });
});

describe('serveMetrics', () => {
  it('serves the Prometheus text format', async () => {
    await using server = await serveMetrics({ host: '127.0.0.1', port: 0 }, metrics().registry);
    const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toContain('# TYPE workqueue_depth gauge\n');
  });
});
