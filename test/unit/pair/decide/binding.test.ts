import { describe, expect, it } from '@jest/globals';
import {
  addReading,
  isBindable,
  type Binding,
  type BindingProgress,
  type LeaseReading,
} from '../../../../src/pair/decide/binding.ts';
import type { Member } from '../../../../src/pair/decide/members.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { aSession } from '../support/sessions.ts';
import { after } from '../support/time.ts';

const member: Member = { state: 'Active', holder: true, session: aSession(7n), pod: aPod() };

/** When the node renewed its Lease, by its own clock: an hour behind. */
const EARLY = '2026-01-01T11:00:00.000000Z';
const LATE = '2026-01-01T11:00:04.000000Z';

/** One reading a second; each changes what it names. */
const reading = (second: number, ttlSeconds: number, changes: Partial<LeaseReading> = {}): LeaseReading => ({
  at: after(second),
  ttlSeconds,
  raftTerm: 4n,
  containerID: 'containerd://first',
  nodeRenewTime: second < 5 ? EARLY : LATE,
  ...changes,
});

/** What comes of these readings, one after the other. */
function boundBy(readings: readonly LeaseReading[], of: Member = member): Binding | undefined {
  let progress: BindingProgress = { serverID: 7n, lease: 7000n };
  for (const next of readings) {
    const result = addReading(progress, next, of);
    if ('bound' in result) return result.bound;
    progress = result.progress;
  }
  return undefined;
}

describe('binding a registration to a container', () => {
  it('needs a renewal seen, and the container still running 3 s later on a node that renewed its Lease', () => {
    expect(boundBy([reading(0, 21), reading(1, 20), reading(2, 30), reading(5, 27)])).toEqual({
      serverID: 7n,
      lease: 7000n,
      podUID: 'uid-of-rootcoord-0',
      containerID: 'containerd://first',
      nodeName: 'node-a',
      boundTime: new Date(LATE),
    });
  });

  it.each<[string, readonly LeaseReading[]]>([
    ['the time only falls', [reading(0, 21), reading(1, 20), reading(5, 16), reading(9, 12)]],
    ['the time stays as it was', [reading(0, 20), reading(1, 20), reading(5, 20)]],
    ['there is one reading', [reading(0, 20)]],
    [
      'a restart of etcd lifted the time, in a new raft term',
      [reading(0, 20), reading(1, 30, { raftTerm: 5n }), reading(5, 26, { raftTerm: 5n })],
    ],
    [
      'the container was another one at the second reading',
      [
        reading(0, 20),
        reading(1, 30, { containerID: 'containerd://second' }),
        reading(5, 26, { containerID: 'containerd://second' }),
      ],
    ],
    [
      'the container is another one at the confirmation',
      [reading(0, 20), reading(1, 30), reading(5, 26, { containerID: 'containerd://second' })],
    ],
    [
      'the raft term is another one at the confirmation',
      [reading(0, 20), reading(1, 30), reading(5, 26, { raftTerm: 5n })],
    ],
    ['the node has not renewed its Lease', [reading(0, 20), reading(1, 30), reading(6, 25, { nodeRenewTime: EARLY })]],
    ['the node has no Lease any more', [reading(0, 20), reading(1, 30), reading(6, 25, { nodeRenewTime: '' })]],
    ['3 s have not passed', [reading(0, 20), reading(2.1, 30), reading(5, 27)]],
    ['the lease was gone before', [reading(0, -1), reading(1, 30), reading(5, 26)]],
  ])('does not happen when %s', (_, readings) => {
    expect(boundBy(readings)).toBeUndefined();
  });

  it('does not happen when the container started after the first reading', () => {
    const late = { ...member, pod: aPod('rootcoord-0', { container: aContainer({ runningSince: after(0.5) }) }) };
    expect(boundBy([reading(0, 20), reading(1, 30), reading(5, 26)], late)).toBeUndefined();
  });

  it('waits on while the confirmation is not there yet', () => {
    const readings = [reading(0, 20), reading(1, 30), reading(2, 29), reading(3, 28), reading(6, 25)];
    expect(boundBy(readings)?.containerID).toBe('containerd://first');
    expect(boundBy(readings.slice(0, -1))).toBeUndefined();
  });

  it('starts again after a container was replaced', () => {
    const second = { containerID: 'containerd://second' };
    const readings = [
      reading(0, 20),
      reading(1, 30),
      reading(2, 29, second),
      reading(3, 30, second),
      reading(6, 27, second),
    ];
    expect(boundBy(readings)?.containerID).toBe('containerd://second');
  });
});

describe('a member can be bound', () => {
  it.each<[string, Partial<Member>, boolean]>([
    ['when it is ACTIVE', {}, true],
    ['when it is activating', { state: 'Activating' }, true],
    ['when it stands by', { state: 'Standby' }, true],
    ['not when it is being deleted', { state: 'Terminating' }, false],
    ['not when it shares its address with the node', { pod: aPod('rootcoord-0', { hostNetwork: true }) }, false],
    ['not when its key has no lease', { session: aSession(7n, 'rootcoord-0', { lease: 0n }) }, false],
    [
      'not when its container does not run',
      { pod: aPod('rootcoord-0', { container: aContainer({ runningSince: undefined }) }) },
      false,
    ],
    [
      'not when its container has no ID',
      { pod: aPod('rootcoord-0', { container: aContainer({ id: undefined }) }) },
      false,
    ],
    ['not when its pod has no node', { pod: aPod('rootcoord-0', { nodeName: undefined }) }, false],
  ])('%s', (_, changes, expected) => {
    expect(isBindable({ ...member, ...changes })).toBe(expected);
  });
});
