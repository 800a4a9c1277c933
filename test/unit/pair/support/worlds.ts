import fc from 'fast-check';
import type { CoordinatorPairStatus, Transition } from '../../../../src/api/coordinator-pair.ts';
import type { Session } from '../../../../src/pair/decide/role-sessions.ts';
import type { EtcdFacts, PairFacts } from '../../../../src/pair/facts.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { changed } from './changes.ts';
import { facts, known, look, statefulSetFacts, unreachable } from './facts.ts';
import { aPair } from './pair.ts';
import { aContainer, aPod, TEMPLATE } from './pods.ts';
import { aSession, heldBy } from './sessions.ts';
import { stopOf } from './situations.ts';
import { after, isoAfter } from './time.ts';

const podNames = ['rootcoord-0', 'rootcoord-1'] as const;
const templateHashes = fc.constantFrom(TEMPLATE, 'old', undefined);
const ends = fc.constantFrom(undefined, { exitCode: 137, reason: 'OOMKilled', containerID: 'containerd://first' });

/** A pod in any state that a kubelet may report. */
const pod = (name: string): fc.Arbitrary<PodView> =>
  fc
    .record({
      ready: fc.boolean(),
      terminating: fc.boolean(),
      hasIP: fc.boolean(),
      isScheduled: fc.boolean(),
      isRunning: fc.boolean(),
      templateHash: templateHashes,
      roleLabel: fc.constantFrom(undefined, 'active', 'standby'),
      ageSeconds: fc.constantFrom(1, 80, 600),
      terminated: ends,
      lastTerminated: ends,
    })
    .map(({ ready, hasIP, isScheduled, isRunning, ageSeconds, terminated, lastTerminated, ...changes }) =>
      aPod(name, {
        ...changes,
        ready: ready && hasIP && isRunning,
        ...(changes.terminating ? { deletion: { requestedAt: after(-ageSeconds), graceSeconds: 60 } } : {}),
        ...(hasIP ? {} : { ip: undefined }),
        ...(isScheduled || hasIP ? {} : { nodeName: undefined }),
        container: aContainer({
          runningSince: isRunning ? after(-ageSeconds) : undefined,
          terminated: isRunning ? undefined : terminated,
          lastTerminated,
        }),
      }),
    );

/** A registration that a pod of the pair, an earlier one of its name or a stranger made. */
const session: fc.Arbitrary<Session> = fc
  .record({
    serverID: fc.bigInt({ min: 1n, max: 12n }),
    name: fc.constantFrom(...podNames),
    kind: fc.constantFrom('own', 'own', 'own', 'earlier address', 'stranger', 'without host name'),
  })
  .map(({ serverID, name, kind }) => {
    switch (kind) {
      case 'earlier address':
        return aSession(serverID, name, { address: '10.0.0.200:53100' });
      case 'stranger':
        return aSession(serverID, name, { address: '10.9.9.9:53100', hostName: 'stranger' });
      case 'without host name':
        return aSession(serverID, name, { hostName: undefined });
      default:
        return aSession(serverID, name);
    }
  });

const etcd: fc.Arbitrary<EtcdFacts> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        sessions: fc.uniqueArray(session, { selector: ({ serverID }) => serverID, maxLength: 4 }),
        isHeld: fc.boolean(),
        grantedTTLSeconds: fc.constantFrom(10, 30, undefined),
      })
      .map(({ sessions: [holder, ...others], isHeld, grantedTTLSeconds }) => {
        if (!holder) return known(heldBy(undefined));
        return known(isHeld ? heldBy(holder, ...others) : heldBy(undefined, holder, ...others), grantedTTLSeconds);
      }),
  },
  { weight: 1, arbitrary: fc.constant(unreachable) },
  { weight: 1, arbitrary: fc.constant<EtcdFacts>({ state: 'Pending' }) },
);

const transition: fc.Arbitrary<Transition> = fc
  .record({
    kind: fc.constantFrom(
      { type: 'Failover' as const, step: 'AwaitingLease', reason: 'ActiveProcessEnded' },
      { type: 'Failover' as const, step: 'AwaitingHolder', reason: 'ActiveKeyGone' },
      { type: 'Switchover' as const, step: 'MovingActive', reason: 'Requested', token: 'a' },
      { type: 'Rollout' as const, step: 'ReplacingStandby', reason: 'TemplateChanged' },
      { type: 'Rollout' as const, step: 'MovingActive', reason: 'TemplateChanged' },
      { type: 'Rollout' as const, step: 'AwaitingStandby', reason: 'TemplateChanged' },
    ),
    from: fc.constantFrom(...podNames),
    age: fc.constantFrom(1, 700),
  })
  .map(({ kind, from, age }) => ({ ...kind, from, startTime: isoAfter(-age), deadlineTime: isoAfter(120 - age) }));

/** What an earlier look may have left: nothing, or the status of another world, with any transition. */
const earlier: fc.Arbitrary<CoordinatorPairStatus | undefined> = fc.option(
  fc
    .record({
      etcd,
      pods: fc.tuple(pod(podNames[0]), pod(podNames[1])),
      transition: fc.option(transition, { nil: undefined, freq: 3 }),
    })
    .map((world) => {
      const { status } = look(facts({ etcd: world.etcd, pods: world.pods }));
      return changed(status, { transition: world.transition });
    }),
  { nil: undefined, freq: 4 },
);

/** Every registration that a pod of these worlds may have made, as bound to it. */
const bindings: PairFacts['bindings'] = podNames.flatMap((name) =>
  Array.from({ length: 12 }, (_, index) => ({
    serverID: BigInt(index + 1),
    lease: BigInt(index + 1) * 1000n,
    podUID: aPod(name).uid,
    containerID: 'containerd://first',
    nodeName: aPod(name).nodeName ?? '',
    boundTime: after(-300),
  })),
);

/** Anything the operator may find: pods, registrations, transitions, modes, tokens. */
export const worlds: fc.Arbitrary<PairFacts> = fc
  .record({
    pods: fc.tuple(fc.option(pod(podNames[0]), { freq: 6 }), fc.option(pod(podNames[1]), { freq: 6 })),
    etcd,
    status: earlier,
    mode: fc.constantFrom(
      'Managed' as const,
      'Managed' as const,
      'Managed' as const,
      'Paused' as const,
      'ObserveOnly' as const,
    ),
    runState: fc.constantFrom('Running' as const, 'Running' as const, 'Stopped' as const),
    policy: fc.constantFrom('Automatic' as const, 'Automatic' as const, 'Supervised' as const, 'Paused' as const),
    token: fc.constantFrom(undefined, 'a', 'b', 'c'.repeat(300)),
    isLiveTemplateWished: fc.boolean(),
    areNodesLeaving: fc.boolean(),
    hasStopped: fc.tuple(fc.constantFrom(false, false, true), fc.constantFrom(false, false, true)),
  })
  .map(({ pods, etcd, status, mode, runState, policy, token, isLiveTemplateWished, areNodesLeaving, hasStopped }) =>
    facts({
      pair: aPair({
        spec: { mode, runState, rollout: { policy } },
        status,
        metadata: token === undefined ? {} : { annotations: { 'ha.milvus.io/switchover': token } },
      }),
      pods: pods.filter((found) => found !== null),
      stops: pods.flatMap((found, index) =>
        found?.container.runningSince && hasStopped[index] ? [stopOf(found.name, 40)] : [],
      ),
      bindings,
      etcd,
      children: [statefulSetFacts(TEMPLATE, isLiveTemplateWished ? TEMPLATE : 'old')],
      nodes: new Map(
        ['node-a', 'node-b'].map((name) => [
          name,
          { name, ready: true, leaving: areNodesLeaving && name === 'node-a', outOfService: false },
        ]),
      ),
    }),
  );
