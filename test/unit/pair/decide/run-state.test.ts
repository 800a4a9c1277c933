import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPair } from '../../../../src/api/coordinator-pair.ts';
import { statefulSet } from '../../../../src/pair/children/stateful-set.ts';
import { decideRestart } from '../../../../src/pair/decide/restart.ts';
import { stopOf } from '../../../../src/pair/decide/run-state.ts';
import { driftOf } from '../../../../src/kube/drift.ts';
import { facts, known, settle, shownAs, stored, unreachable } from '../support/facts.ts';
import { anAttachedPair, attached, aWorkload } from '../support/attached.ts';
import { aPair } from '../support/pair.ts';
import { nobody } from '../support/situations.ts';
import { NOW } from '../support/time.ts';

const annotations = { 'ha.milvus.io/suspended-by': 'c3f1' };
const suspended = (spec: Parameters<typeof aPair>[0] = {}): CoordinatorPair =>
  aPair({ ...spec, metadata: { annotations } });
const rendered = (pair: CoordinatorPair) =>
  statefulSet({ pair, role: 'rootcoord', version: { major: 2, minor: 4, patch: 15 } });
const replicasOf = (pair: CoordinatorPair) =>
  (rendered(pair).object as { spec?: { replicas?: number } }).spec?.replicas;

describe('why a pair has no pods', () => {
  it.each<[string, CoordinatorPair, string | undefined, RegExp]>([
    ['is nothing by default', aPair(), undefined, /^$/],
    ['is its spec', aPair({ spec: { runState: 'Stopped' } }), 'Stopped', /spec\.runState is Stopped/],
    [
      'is its spec also while a recovery suspends it, for it stays stopped afterwards',
      suspended({ spec: { runState: 'Stopped' } }),
      'Stopped',
      /spec\.runState/,
    ],
    ['is a recovery', suspended(), 'Suspended', /^suspended by EtcdRecovery c3f1: no pod runs while etcd is rebuilt/],
    [
      'is a recovery that scales for itself what the operator may not',
      suspended({ spec: { mode: 'Paused' } }),
      'Suspended',
      /the recovery itself scales the StatefulSet down and up again/,
    ],
    [
      'is a recovery that scales for itself what the pair does not own',
      suspended({ spec: { workloadRef: { kind: 'Deployment', name: 'mixcoord' } } }),
      'Suspended',
      /the recovery itself scales Deployment mixcoord/,
    ],
    [
      'is no empty annotation',
      aPair({ metadata: { annotations: { 'ha.milvus.io/suspended-by': '' } } }),
      undefined,
      /^$/,
    ],
  ])('%s', (_, pair, reason, message) => {
    const stop = stopOf(pair);
    expect(stop?.reason).toBe(reason);
    expect(stop?.message ?? '').toMatch(message);
  });
});

describe('a suspended pair', () => {
  it('has no replicas and the same template, and gets its two back', () => {
    expect([aPair(), suspended(), aPair()].map(replicasOf)).toEqual([2, 0, 2]);
    const live = stored(rendered(aPair()).object);
    expect(driftOf(rendered(suspended()).object, live)).toEqual(['spec.replicas']);
  });

  it.each([
    ['etcd is read', known(nobody)],
    ['etcd is away', unreachable],
  ])('says so in Ready and in its summary while %s', (_, etcd) => {
    const { status } = settle(facts({ pair: suspended(), pods: [], etcd }));
    expect(shownAs(status, 'Ready')).toEqual(['False', 'Suspended']);
    expect(status.summary).toMatch(/^suspended by EtcdRecovery c3f1/);
  });

  it('is not called stalled, lost or in conflict for having no pods', () => {
    const { status, events } = settle(facts({ pair: suspended(), pods: [], etcd: known(nobody) }));
    expect(shownAs(status, 'ActiveElected')).toEqual(['False', 'Suspended']);
    expect(shownAs(status, 'StandbyReady')).toEqual(['False', 'Suspended']);
    expect(status.conditions?.map(({ type }) => type)).not.toContain('Stalled');
    expect([status.transition, status.proposals, events]).toEqual([undefined, undefined, []]);
  });

  it('that looks after a workload may find it at no replicas', () => {
    const empty = { workload: { view: aWorkload({ replicas: 0 }) }, pods: [], etcd: known(nobody) };
    const specValid = (pair: CoordinatorPair) => shownAs(settle(attached({ ...empty, pair })).status, 'SpecValid');
    expect(specValid(anAttachedPair())).toEqual(['False', 'WorkloadReplicas']);
    expect(specValid(anAttachedPair({ annotations }))).toEqual(['True', 'Valid']);
  });

  it('refuses a restart', () => {
    const asked = aPair({
      status: { observedGeneration: 1 },
      metadata: { annotations: { ...annotations, 'ha.milvus.io/restart': 'now' } },
    });
    const decision = decideRestart(asked, { liveToken: undefined, isValid: true, now: NOW });
    expect(decision.answer).toMatchObject({ result: 'Refused', reason: 'Stopped' });
  });
});
