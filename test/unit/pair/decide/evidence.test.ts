import { describe, expect, it } from '@jest/globals';
import type { MemberStatus } from '../../../../src/api/coordinator-pair.ts';
import { evidenceOf, type EvidenceSources } from '../../../../src/pair/decide/evidence.ts';
import type { ProbeFinding } from '../../../../src/probe/types.ts';
import { known, unreachable } from '../support/facts.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { after, isoAfter, NOW } from '../support/time.ts';

const ending = aPod('rootcoord-0', {
  terminating: true,
  deletion: { requestedAt: after(-2), graceSeconds: 60 },
});
const other = aPod('rootcoord-1', { container: aContainer({ id: 'containerd://second' }) });
const saysAbnormal: ProbeFinding = {
  podUID: ending.uid,
  containerID: 'containerd://first',
  health: 'Abnormal',
  port: 'Refused',
  at: NOW,
  since: after(-1),
  times: 2,
};

/** As it stands in the status before any renewal of the lease was seen. */
const seen: MemberStatus = { state: 'Active', podName: 'rootcoord-0', serverID: '7', leaseID: '7000' };

/** The ACTIVE took the role a moment ago; its pod is being deleted, and it serves no more. */
const world: EvidenceSources = {
  sessionRole: 'rootcoord',
  now: NOW,
  etcd: known(heldBy(aSession(7n), aSession(8n, 'rootcoord-1')), 30),
  pods: [ending, other],
  nodes: new Map(),
  probes: [saysAbnormal],
};
const found = (changes: Partial<EvidenceSources> = {}, members: readonly MemberStatus[] = [seen]) =>
  evidenceOf({ observedGeneration: 1, members }, { ...world, ...changes });

describe('a session whose lease nobody has seen renewed', () => {
  it('is that of the process which stops at its address in a pod that is being deleted', () => {
    expect(found().bindings).toEqual([
      {
        serverID: 7n,
        lease: 7000n,
        podUID: ending.uid,
        containerID: 'containerd://first',
        nodeName: 'node-a',
        boundTime: after(-2),
      },
    ]);
  });

  it('ends with the container that was found stopping', () => {
    const { stops, bindings } = found();
    const members: MemberStatus[] = [
      {
        ...seen,
        podUID: ending.uid,
        containerID: 'containerd://first',
        nodeName: 'node-a',
        boundTime: bindings[0]?.boundTime.toISOString() ?? '',
        stoppingTime: stops[0]?.seenTime.toISOString() ?? '',
        stoppingBecause: stops[0]?.evidence ?? '',
      },
    ];
    const terminated = { containerID: 'containerd://first', exitCode: 0, reason: 'Completed', finishedAt: isoAfter(0) };
    const pods = [{ ...ending, container: { id: 'containerd://first', terminated } }, other];
    expect(found({ pods, probes: [] }, members).deaths).toMatchObject([
      { serverID: 7n, lease: 7000n, evidence: expect.stringMatching(/ended with exit code 0/) as unknown },
    ]);
  });

  it.each<[string, Partial<EvidenceSources>]>([
    ['its process serves', { probes: [{ ...saysAbnormal, health: 'Healthy', port: 'Open' }] }],
    ['nobody has deleted its pod', { pods: [aPod('rootcoord-0', { ready: false, unreadySince: after(-4) }), other] }],
    ['it was made at another address', { pods: [{ ...ending, ip: '10.0.0.9' }, other] }],
    ['it names another host', { etcd: known(heldBy(aSession(7n, 'rootcoord-0', { hostName: 'elsewhere' })), 30) }],
    ['it has no lease', { etcd: known(heldBy(aSession(7n, 'rootcoord-0', { lease: 0n })), 30) }],
    ['etcd cannot be read', { etcd: unreachable }],
  ])("is nobody's when %s", (_, changes) => {
    expect(found(changes).bindings).toEqual([]);
  });

  it.each<[string, readonly MemberStatus[]]>([
    ['it was not there yet at the look before', []],
    ['the status knows an earlier one of that process', [{ ...seen, leaseID: '6999' }]],
  ])("is nobody's when %s", (_, members) => {
    expect(found({}, members).bindings).toEqual([]);
  });

  it('stays that of the container that its renewal has bound it to', () => {
    const bound: MemberStatus = {
      ...seen,
      podUID: ending.uid,
      containerID: 'containerd://before',
      nodeName: 'node-a',
      boundTime: isoAfter(-300),
    };
    expect(found({}, [bound]).bindings.map(({ containerID }) => containerID)).toEqual(['containerd://before']);
  });
});
