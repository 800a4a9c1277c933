import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { pairReporter } from '../../../../src/runtime/metrics/pair-reporter.ts';
import { pairMetrics } from '../../../../src/runtime/metrics/pairs.ts';
import { facts, look } from '../../pair/support/facts.ts';
import { aPair } from '../../pair/support/pair.ts';
import { isoAfter } from '../../pair/support/time.ts';
import { samplesOf } from './samples.ts';

/** A replica that leads until it does not, and what it tells. */
function replica() {
  const registry = new Registry();
  const pairs = pairMetrics(registry);
  const lead = { isLeader: true };
  const report = pairReporter(pairs, () => lead.isLeader);
  return { pairs, lead, report, samples: (name: RegExp) => samplesOf(registry, name) };
}

const { status } = look(facts());
const failover = { time: isoAfter(0), type: 'Failover', from: 'rootcoord-0', to: 'rootcoord-1', reason: 'x' } as const;

it('a replica that leads tells of the pairs', async () => {
  const { report, samples } = replica();
  report(aPair(), { status });
  expect(await samples(/^coordinatorpair_members/)).toEqual({
    'coordinatorpair_members{namespace="milvus",name="rootcoord"}': '2',
  });
});

it('a replica that has lost the lead tells nothing of them, not even by a look that ends afterwards', async () => {
  const { pairs, lead, report, samples } = replica();
  report(aPair(), { status });
  lead.isLeader = false;
  pairs.forgetAll();
  report(aPair(), { status: { ...status, history: [failover] } });
  expect(await samples(/^coordinatorpair_(info|condition|members|paused|active_changes)/)).toEqual({});
});

it('a failover that nobody watched is counted, and has no duration', async () => {
  const { report, samples } = replica();
  report(aPair(), { status: { ...status, history: [{ ...failover, how: 'Unknown' }] } });
  expect(await samples(/_active_changes_total.*Failover|_duration_seconds_count/)).toEqual({
    'coordinatorpair_active_changes_total{namespace="milvus",name="rootcoord",type="Failover"}': '1',
  });
});
