import { describe, expect, it } from '@jest/globals';
import {
  holderOf,
  memberStates,
  standbyOf,
  type Member,
  type MemberContext,
} from '../../../../src/pair/decide/members.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import type { Changes } from '../support/changes.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { after, NOW } from '../support/time.ts';

const first = aPod('rootcoord-0');
const second = aPod('rootcoord-1');

/** `pod:serverID:state`, `-` for what is missing, `*` behind the holder. */
const shown = ({ pod, session, state, holder }: Member) =>
  `${pod?.name ?? '-'}:${session?.serverID ?? '-'}:${state}${holder ? '*' : ''}`;

const statesOf = (sessions: RoleSessions, pods: readonly PodView[]) =>
  memberStates(sessions, pods, { now: NOW, ttlSeconds: 30 }).map(shown);

describe('the members of a pair', () => {
  it.each<[string, RoleSessions, readonly PodView[], readonly string[]]>([
    [
      'are ACTIVE and STANDBY where both are registered',
      heldBy(aSession(7n), aSession(8n, 'rootcoord-1')),
      [first, second],
      ['rootcoord-0:7:Active*', 'rootcoord-1:8:Standby'],
    ],
    [
      'are told by who holds the key, not by who registered first',
      heldBy(aSession(8n, 'rootcoord-1'), aSession(7n)),
      [first, second],
      ['rootcoord-0:7:Standby', 'rootcoord-1:8:Active*'],
    ],
    [
      'are activating while the holder is not ready',
      heldBy(aSession(7n)),
      [aPod('rootcoord-0', { ready: false })],
      ['rootcoord-0:7:Activating*'],
    ],
    [
      'after a restart in place: the old key carries the address of the new process, and the lower server ID is dead',
      heldBy(aSession(7n), aSession(8n, 'rootcoord-1'), aSession(9n)),
      [first, second],
      ['rootcoord-0:9:Standby', 'rootcoord-1:8:Standby', '-:7:Gone*'],
    ],
    [
      'cannot be told while the pod has no address yet',
      heldBy(aSession(7n)),
      [aPod('rootcoord-0', { ip: undefined, ready: false })],
      ['rootcoord-0:-:Starting', '-:7:Unknown*'],
    ],
    [
      'cannot be told either where the value has no host name (2.2)',
      heldBy(aSession(7n, 'rootcoord-0', { hostName: undefined })),
      [aPod('rootcoord-0', { ip: undefined, ready: false })],
      ['rootcoord-0:-:Starting', '-:7:Unknown*'],
    ],
    [
      'are not known when the pod without an address is another one',
      heldBy(aSession(7n)),
      [aPod('rootcoord-1', { ip: undefined, ready: false })],
      ['rootcoord-1:-:Starting', '-:7:Unknown*'],
    ],
    [
      'are not known when the pod without an address was not scheduled yet: no process of it can have registered',
      heldBy(aSession(7n)),
      [aPod('rootcoord-0', { ip: undefined, nodeName: undefined, ready: false })],
      ['rootcoord-0:-:Starting', '-:7:Unknown*'],
    ],
    [
      'are joined by the address alone where the value has no host name (2.2)',
      heldBy(aSession(7n, 'rootcoord-0', { hostName: undefined })),
      [first],
      ['rootcoord-0:7:Active*'],
    ],
    [
      'are not joined when the address came to another pod',
      heldBy(aSession(7n, 'rootcoord-0', { hostName: 'somebody-else' })),
      [first],
      ['rootcoord-0:-:Zombie', '-:7:Unknown*'],
    ],
    [
      'are not joined when the pod came back under its name with another address',
      heldBy(aSession(7n)),
      [aPod('rootcoord-0', { ip: '10.0.0.9' })],
      ['rootcoord-0:-:Unknown', '-:7:Unknown*'],
    ],
    [
      'are joined by any address of the pod, however it is spelt',
      heldBy(
        aSession(7n, 'rootcoord-0', { address: 'FD00:0:0:0::1:53100' }),
        aSession(8n, 'rootcoord-1', { address: '[::ffff:192.168.7.2]:53100' }),
      ),
      [
        aPod('rootcoord-0', { ip: '10.0.0.1', otherIPs: ['fd00::1'] }),
        aPod('rootcoord-1', { ip: '10.0.0.2', otherIPs: ['192.168.7.2'] }),
      ],
      ['rootcoord-0:7:Active*', 'rootcoord-1:8:Standby'],
    ],
    [
      'are no zombies while a registration without a host name (2.2) may be theirs',
      heldBy(aSession(7n, 'rootcoord-0', { hostName: undefined, address: '127.0.0.1:53100' })),
      [first],
      ['rootcoord-0:-:Unknown', '-:7:Unknown*'],
    ],
    [
      'count a holder without a member key',
      { holder: aSession(7n, 'rootcoord-0', { key: 'rootcoord' }), members: [], broken: [], olderLayout: [] },
      [first],
      ['rootcoord-0:7:Active*'],
    ],
    [
      'are terminating from the moment deletion is asked for, and still the holder',
      heldBy(aSession(7n), aSession(8n, 'rootcoord-1')),
      [aPod('rootcoord-0', { terminating: true }), second],
      ['rootcoord-0:7:Terminating*', 'rootcoord-1:8:Standby'],
    ],
    [
      'are starting again after a crash, while the lease of the dead process runs on',
      heldBy(aSession(7n), aSession(8n, 'rootcoord-1')),
      [first, aPod('rootcoord-1', { ready: false, container: aContainer({ runningSince: undefined }) })],
      ['rootcoord-0:7:Active*', 'rootcoord-1:8:Starting'],
    ],
    ['are nobody where there are neither pods nor keys', heldBy(undefined), [], []],
  ])('%s', (_, sessions, pods, expected) => {
    expect(statesOf(sessions, pods)).toEqual(expected);
  });

  it.each<[string, Changes<PodView>, string]>([
    ['ready and older than TTL + 60 s is a zombie', { container: aContainer({ runningSince: after(-91) }) }, 'Zombie'],
    [
      'ready and exactly TTL + 60 s old is starting',
      { container: aContainer({ runningSince: after(-90) }) },
      'Starting',
    ],
    ['old and not ready is starting', { ready: false }, 'Starting'],
    ['of unknown address is starting: a registration may be its own', { ip: undefined }, 'Starting'],
    ['without a running container is starting', { container: {} }, 'Starting'],
    ['being deleted is terminating, however old', { terminating: true }, 'Terminating'],
  ])('a pod without a registration that is %s', (_, changes, state) => {
    const [member] = memberStates(heldBy(undefined), [aPod('rootcoord-0', changes)], { now: NOW, ttlSeconds: 30 });
    expect(member?.state).toBe(state);
  });
});

it('a registration whose process is proven dead is gone, whatever runs in the pod by now', () => {
  const death = { serverID: 8n, lease: 8000n, seenTime: NOW, evidence: 'its container ended' };
  const members = memberStates(heldBy(aSession(7n), aSession(8n, 'rootcoord-1')), [first, second], {
    now: NOW,
    ttlSeconds: 30,
    deaths: [death, { ...death, serverID: 7n }],
  });
  expect(members.map(shown)).toEqual(['rootcoord-0:7:Active*', 'rootcoord-1:-:Zombie', '-:8:Gone']);
});

describe('a registration that no pod accounts for', () => {
  const known = [{ state: 'Active', serverID: '7', leaseID: '7000', podName: 'rootcoord-0' }];
  const left = (context: Partial<MemberContext>, pods: readonly PodView[] = [second]) =>
    memberStates(heldBy(aSession(7n), aSession(8n, 'rootcoord-1')), pods, {
      now: NOW,
      ttlSeconds: 30,
      ...context,
    }).map(shown);
  const standby = 'rootcoord-1:8:Standby';

  it('is gone where it was seen in a pod that is gone', () => {
    expect(left({ known })).toEqual([standby, '-:7:Gone*']);
  });

  it('is not known where no pod was seen with it, or another one with its server ID', () => {
    expect(left({})).toEqual([standby, '-:7:Unknown*']);
    expect(left({ known: [{ ...known[0], leaseID: '1' }] })).toEqual([standby, '-:7:Unknown*']);
  });

  it('is never gone while it is renewed, whosever it was', () => {
    expect(left({ renewed: new Set([7000n]) })).toEqual([standby, '-:7:Foreign*']);
    expect(left({ renewed: new Set([7000n]), known })).toEqual([standby, '-:7:Foreign*']);
  });

  it('stays known to live when the operator starts again', () => {
    expect(left({ known: [{ ...known[0], state: 'Foreign' }] })).toEqual([standby, '-:7:Foreign*']);
  });

  it('makes no starting pod of its name anything else, unless it is renewed', () => {
    const young = aPod('rootcoord-0', { ip: '10.0.0.9', container: aContainer({ runningSince: after(-5) }) });
    expect(left({}, [young, second])).toEqual(['rootcoord-0:-:Starting', standby, '-:7:Unknown*']);
    expect(left({ renewed: new Set([7000n]) }, [young, second])).toEqual([
      'rootcoord-0:-:Unknown',
      standby,
      '-:7:Foreign*',
    ]);
  });
});

it('a registered process whose container is not known stands by while its pod is ready', () => {
  const pods = [first, aPod('rootcoord-1', { container: {} })];
  expect(statesOf(heldBy(aSession(7n), aSession(8n, 'rootcoord-1')), pods)).toEqual([
    'rootcoord-0:7:Active*',
    'rootcoord-1:8:Standby',
  ]);
});

describe('members in pods with hostNetwork', () => {
  const onNode = (name: string, ip: string) => aPod(name, { hostNetwork: true, ip });
  const named = (serverID: bigint, ip: string) =>
    aSession(serverID, 'rootcoord-0', { address: `${ip}:53100`, hostName: `node-of-${ip}` });

  it('are told by the address of the node, whose name their registrations carry', () => {
    const sessions = heldBy(named(7n, '10.0.0.1'), named(8n, '10.0.0.2'));
    const pods = [onNode('rootcoord-0', '10.0.0.1'), onNode('rootcoord-1', '10.0.0.2')];
    expect(statesOf(sessions, pods)).toEqual(['rootcoord-0:7:Active*', 'rootcoord-1:8:Standby']);
  });

  it('cannot be told apart on one node, so none of them is a zombie', () => {
    const pods = [onNode('rootcoord-0', '10.0.0.1'), onNode('rootcoord-1', '10.0.0.1')];
    expect(statesOf(heldBy(named(7n, '10.0.0.1')), pods)).toEqual([
      'rootcoord-0:-:Unknown',
      'rootcoord-1:-:Unknown',
      '-:7:Unknown*',
    ]);
  });
});

describe('the standby', () => {
  const standbyIn = (sessions: RoleSessions, pods: readonly PodView[]) =>
    standbyOf(memberStates(sessions, pods, { now: NOW, ttlSeconds: 30 }));

  it('is the registered member that is not the holder', () => {
    expect(standbyIn(heldBy(aSession(7n), aSession(8n, 'rootcoord-1')), [first, second])?.pod.name).toBe('rootcoord-1');
  });

  it('is the one that has stood by longest, when an ACTIVE that was restarted in place stands by too', () => {
    const sessions = heldBy(aSession(7n), aSession(8n, 'rootcoord-1'), aSession(9n));
    expect(standbyIn(sessions, [first, second])?.session.serverID).toBe(8n);
  });

  it.each<[string, readonly PodView[]]>([
    ['being deleted', [first, aPod('rootcoord-1', { terminating: true })]],
    ['gone', [first]],
    ['not known yet', [first, aPod('rootcoord-1', { ip: undefined, ready: false })]],
  ])('is not one whose pod is %s', (_, pods) => {
    expect(standbyIn(heldBy(aSession(7n), aSession(8n, 'rootcoord-1')), pods)).toBeUndefined();
  });
});

it('the holder is found whatever became of its process', () => {
  const members = memberStates(heldBy(aSession(7n)), [], { now: NOW, ttlSeconds: 30 });
  expect(holderOf(members)).toMatchObject({ state: 'Unknown', session: { serverID: 7n } });
});
