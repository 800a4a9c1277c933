import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { pairMetrics } from '../../../../src/runtime/metrics/pairs.ts';
import type { PairFacts } from '../../../../src/runtime/metrics/pairs.ts';
import { samplesOf } from './samples.ts';

const rootcoord = { namespace: 'milvus', name: 'rootcoord' };
const facts: PairFacts = {
  role: 'rootcoord',
  mode: 'Managed',
  members: 2,
  conditions: [{ type: 'Ready', status: 'True' }],
};

function metrics() {
  const registry = new Registry();
  return { registry, pairs: pairMetrics(registry), samples: (name: RegExp) => samplesOf(registry, name) };
}

describe('pairMetrics', () => {
  it('shows what a pair is like', async () => {
    const { pairs, samples } = metrics();
    pairs.report(rootcoord, facts);
    expect(await samples(/^coordinatorpair_(info|condition|members|paused|active_changes)/)).toEqual({
      'coordinatorpair_info{namespace="milvus",name="rootcoord",role="rootcoord",mode="Managed"}': '1',
      'coordinatorpair_condition{namespace="milvus",name="rootcoord",condition="Ready",status="True"}': '1',
      'coordinatorpair_members{namespace="milvus",name="rootcoord"}': '2',
      'coordinatorpair_paused{namespace="milvus",name="rootcoord"}': '0',
      'coordinatorpair_active_changes_total{namespace="milvus",name="rootcoord",type="Failover"}': '0',
      'coordinatorpair_active_changes_total{namespace="milvus",name="rootcoord",type="Switchover"}': '0',
      'coordinatorpair_active_changes_total{namespace="milvus",name="rootcoord",type="Rollout"}': '0',
    });
  });

  it('shows one status a condition, the present one', async () => {
    const { pairs, samples } = metrics();
    pairs.report(rootcoord, facts);
    pairs.report(rootcoord, { ...facts, conditions: [{ type: 'Ready', status: 'Unknown' }] });
    expect(Object.keys(await samples(/_condition/))).toEqual([
      'coordinatorpair_condition{namespace="milvus",name="rootcoord",condition="Ready",status="Unknown"}',
    ]);
  });

  it('drops a condition that is no longer there', async () => {
    const { pairs, samples } = metrics();
    pairs.report(rootcoord, { ...facts, conditions: [{ type: 'Stalled', status: 'True' }] });
    pairs.report(rootcoord, { ...facts, conditions: [] });
    expect(await samples(/_condition/)).toEqual({});
  });

  it('shows a paused pair as paused, under its new mode alone', async () => {
    const { pairs, samples } = metrics();
    pairs.report(rootcoord, facts);
    pairs.report(rootcoord, { ...facts, mode: 'Paused' });
    expect(await samples(/_(paused|info)/)).toEqual({
      'coordinatorpair_paused{namespace="milvus",name="rootcoord"}': '1',
      'coordinatorpair_info{namespace="milvus",name="rootcoord",role="rootcoord",mode="Paused"}': '1',
    });
  });

  it('shows no members while etcd cannot be read', async () => {
    const { pairs, samples } = metrics();
    pairs.report(rootcoord, facts);
    pairs.report(rootcoord, { ...facts, members: undefined });
    expect(await samples(/_members/)).toEqual({});
  });

  it('counts changes of ACTIVE by pair and reason', async () => {
    const { pairs, samples } = metrics();
    pairs.report(rootcoord, facts);
    pairs.activeChanged(rootcoord, 'Failover');
    pairs.activeChanged(rootcoord, 'Failover');
    pairs.report(rootcoord, facts);
    expect(await samples(/type="Failover"/)).toEqual({
      'coordinatorpair_active_changes_total{namespace="milvus",name="rootcoord",type="Failover"}': '2',
    });
  });

  it('forgets a pair that is gone, and only that one', async () => {
    const { pairs, samples } = metrics();
    pairs.report(rootcoord, facts);
    pairs.report({ namespace: 'other', name: 'rootcoord' }, facts);
    pairs.forget(rootcoord);
    expect(await samples(/namespace="milvus"/)).toEqual({});
    expect(Object.keys(await samples(/namespace="other"/))).toHaveLength(7);
  });

  it('forgets every pair when another replica leads, and can show them again', async () => {
    const { pairs, samples } = metrics();
    pairs.report(rootcoord, facts);
    pairs.report({ namespace: 'other', name: 'rootcoord' }, facts);
    pairs.forgetAll();
    expect(await samples(/namespace=/)).toEqual({});
    pairs.report(rootcoord, facts);
    expect(Object.keys(await samples(/namespace="milvus"/))).toHaveLength(7);
  });

  it('keeps durations in seconds, whatever becomes of the pairs', async () => {
    const { pairs, samples } = metrics();
    pairs.failoverCompleted('LeaseRevoked', 1_200);
    pairs.labelled(80);
    expect(await samples(/_(sum|count)/)).toEqual({
      'coordinatorpair_failover_duration_seconds_sum{how="LeaseRevoked"}': '1.2',
      'coordinatorpair_failover_duration_seconds_count{how="LeaseRevoked"}': '1',
      coordinatorpair_label_lag_seconds_sum: '0.08',
      coordinatorpair_label_lag_seconds_count: '1',
    });
  });
});
