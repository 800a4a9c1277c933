import { describe, expect, it } from '@jest/globals';
import { affinity, topologySpreadConstraints } from '../../../../src/pair/children/placement.ts';
import { aPair } from '../support/pair.ts';

const term = {
  topologyKey: 'kubernetes.io/hostname',
  labelSelector: { matchLabels: { 'ha.milvus.io/pair': 'rootcoord' } },
};
const pod = { terminationGracePeriodSeconds: 60 };

describe('the two pods', () => {
  it('are kept on different nodes where possible', () => {
    expect(affinity(aPair())).toEqual({
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
    });
  });

  it('are kept on different nodes always when that is required', () => {
    expect(affinity(aPair({ spec: { placement: 'Required' } }))).toEqual({
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
    });
  });

  it("follow the user's rules too", () => {
    const users = {
      nodeAffinity: { a: 1 },
      podAffinity: { b: 2 },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'rack' }],
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'row' } }],
      },
    };
    expect(affinity(aPair({ spec: { pod: { ...pod, affinity: users } } }))).toEqual({
      nodeAffinity: { a: 1 },
      podAffinity: { b: 2 },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'rack' }],
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: { topologyKey: 'row' } },
          { weight: 100, podAffinityTerm: term },
        ],
      },
    });
  });

  it('are spread over zones where possible, unless the user says how', () => {
    expect(topologySpreadConstraints(aPair())).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'ha.milvus.io/pair': 'rootcoord' } },
      },
    ]);
    const users = [{ maxSkew: 3, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule' }];
    expect(topologySpreadConstraints(aPair({ spec: { pod: { ...pod, topologySpreadConstraints: users } } }))).toBe(
      users,
    );
  });
});
