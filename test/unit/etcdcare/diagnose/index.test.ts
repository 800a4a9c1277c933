import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AilmentCase } from '../../../../src/api/etcd-guard.ts';
import { checks, diagnose } from '../../../../src/etcdcare/diagnose/index.ts';
import { quorumOf } from '../../../../src/etcdcare/diagnose/quorum.ts';
import type { EtcdFacts } from '../../../../src/etcdcare/facts.ts';
import { crashing, etcd, etcdWith, leaderless, longAgo, look, names, now, pod, setup } from '../support/facts.ts';
import { situations } from '../support/situations.ts';

describe('a diagnosis', () => {
  it('is none when every member is well', () => {
    const { ailment, quorum } = diagnose(etcd());
    expect(ailment).toBeUndefined();
    expect(quorum).toMatchObject({ verdict: 'Quorate', voters: 3, healthy: 3, needed: 2 });
  });

  it.each(situations)('of $about is $case, with its pods and its evidence', (situation) => {
    const { ailment } = diagnose(situation.facts);
    expect(ailment).toMatchObject({ case: situation.case, pods: situation.pods });
    expect(ailment?.evidence).toContain(situation.evidence);
    expect(ailment?.remedy).toMatch(/^[A-Z1].{20,}\.$/s);
  });

  it('names each case in some situation, so that none is dead', () => {
    expect(new Set(situations.map((situation) => situation.case)).size).toBe(30);
  });

  it('names the cause, while the names that do not resolve belong to members that are away', () => {
    const line =
      'prober detected unhealthy status: dial tcp: lookup etcd-2.etcd-headless.milvus.svc on 10.96.0.10:53: no such host';
    const survivor = pod('etcd-0', { ready: false, lines: [{ at: now, text: line }] });
    const facts = etcdWith([survivor, crashing('etcd-1', 1, ['something new'])], {
      missing: ['etcd-2'],
      missingSince: longAgo,
      looks: [leaderless('etcd-0')],
    });
    expect(diagnose({ ...facts, pods: facts.pods.filter(({ name }) => name !== 'etcd-2') }).ailment?.case).toBe(
      'QuorumLost',
    );
  });

  it('does not take a line for today’s that was written before the pod it names had come back', () => {
    const line = 'dial tcp: lookup etcd-2.etcd-headless.milvus.svc on 10.96.0.10:53: no such host';
    const back = pod('etcd-2', { container: { state: 'Running', since: now } });
    const facts = etcdWith([pod('etcd-0', { lines: [{ at: now, text: line }] }), back]);
    expect(diagnose(facts).ailment).toBeUndefined();
  });

  it('never advises to replace a member, or to wipe anything, while the quorum is lost', () => {
    const damaged = 'walpb: crc mismatch';
    const { ailment } = diagnose(etcdWith([crashing('etcd-1', 1, [damaged]), crashing('etcd-2', 1, [damaged])]));
    expect(ailment?.case).toBe('DataDamaged');
    expect(ailment?.remedy).toMatch(/no member can be removed or added now/);
    expect(ailment?.remedy).not.toMatch(/member remove <|member add/);
  });

  it('tells a bitnami image not to add what its script adds by itself', () => {
    const facts = etcdWith([crashing('etcd-1', 1, ['walpb: crc mismatch'])], { setup: { ...setup, startUp: 'G1' } });
    expect(diagnose(facts).ailment?.remedy).toMatch(/Do not add it before/);
  });
});

describe('the quorum', () => {
  it('is lost only on evidence: silence proves nothing', () => {
    const silent = names.map(
      (podName) => ({ podName, error: { code: 'DeadlineExceeded', message: 'no answer' } }) as const,
    );
    expect(quorumOf(etcd({ looks: silent })).verdict).toBe('Unknown');
    expect(quorumOf(etcd({ looks: [leaderless('etcd-0')] })).verdict).toBe('Lost');
  });

  it('is not lost by containers on nodes that do not report', () => {
    const gone = names.map((name) => crashing(name, 1, [], { nodeReady: false }));
    expect(quorumOf(etcdWith(gone)).verdict).toBe('Unknown');
  });

  it('is there as soon as one member reads through it', () => {
    expect(quorumOf(etcd({ looks: [look('etcd-0'), leaderless('etcd-1')] })).verdict).toBe('Quorate');
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ])('of %i voters needs %i', (voters, needed) => {
    const initialCluster = Array.from({ length: voters }, (_, i) => ({ name: `etcd-${i}`, peerURL: '' }));
    expect(quorumOf(etcd({ setup: { ...setup, initialCluster }, looks: [] })).needed).toBe(needed);
  });
});

/** The troubles of several situations at once: each pod as one of them has it, every answer as one of them gives it. */
const mixed: fc.Arbitrary<EtcdFacts> = fc
  .array(fc.constantFrom(...situations.map(({ facts }) => facts)), { minLength: 1, maxLength: 3 })
  .chain((parts) =>
    fc.record({
      pods: fc.tuple(
        ...names.map((name) =>
          fc.constantFrom(...parts.flatMap(({ pods }) => pods.filter((one) => one.name === name)), pod(name)),
        ),
      ),
      looks: fc.tuple(
        ...names.map((name) =>
          fc.constantFrom(...parts.flatMap(({ looks }) => looks.filter((one) => one.podName === name)), look(name)),
        ),
      ),
    }),
  )
  .map(({ pods, looks }) =>
    etcd({ pods, looks: looks.filter((_, index) => pods[index]?.container.state === 'Running') }),
  );

/** Causes before what they cause, as the runbook lists them. */
const order: readonly AilmentCase[] = [
  ...([
    'ScaledToZero',
    'SplitBrainRisk',
    'ImagePullFailed',
    'ConfigurationInvalid',
    'VolumePending',
    'Unschedulable',
    'NodeLost',
  ] as const),
  ...([
    'VolumeNotMounted',
    'OutOfMemory',
    'CorruptAlarm',
    'NoSpaceAlarm',
    'DiskFull',
    'DiskFailing',
    'DNSFailing',
  ] as const),
  ...(['TLSFailing', 'MemberIDFileEmpty', 'SeveralClusters', 'PublishedStepsHalfDone', 'MemberRemoved'] as const),
  ...(['AlreadyBootstrapped', 'MemberCountUnequal', 'MemberLogLost', 'DataDamaged', 'DataDiverged'] as const),
  ...(['OperatorBlind', 'StartingUp', 'QuorumLost', 'AllMembersDown', 'MemberWithoutPod', 'Unrecognised'] as const),
];

describe('any diagnosis', () => {
  it('names nothing while a cause higher up explains the failure', () => {
    fc.assert(
      fc.property(mixed, (facts) => {
        const quorum = quorumOf(facts);
        const all = checks.flatMap((check) => check({ facts, quorum }) ?? []);
        const named = diagnose(facts).ailment;
        for (const { case: other } of all)
          expect(order.indexOf(named?.case ?? other)).toBeLessThanOrEqual(order.indexOf(other));
        expect(named === undefined).toBe(all.length === 0);
      }),
      { numRuns: 300 },
    );
  });

  it('is advice in words and nothing else, the same for the same facts', () => {
    fc.assert(
      fc.property(mixed, (facts) => {
        const { ailment } = diagnose(facts);
        expect(diagnose(facts).ailment).toEqual(ailment);
        expect(Object.keys(ailment ?? {}).sort()).toEqual(
          ailment ? ['case', 'certainty', 'evidence', 'pods', 'remedy'] : [],
        );
        expect(ailment?.remedy ?? '').not.toMatch(/rm -rf|--force-new-cluster|--grace-period=0/);
      }),
      { numRuns: 300 },
    );
  });

  it('calls a quorum lost only when no member reads through it', () => {
    fc.assert(
      fc.property(mixed, (facts) => {
        const { ailment } = diagnose(facts);
        if (!ailment || !['QuorumLost', 'AllMembersDown', 'PublishedStepsHalfDone'].includes(ailment.case)) return;
        expect(facts.looks.filter((one) => 'answer' in one && one.answer.readThroughQuorum)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
