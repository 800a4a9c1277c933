import { describe, expect, it } from '@jest/globals';
import { shownAs } from '../support/facts.ts';
import { MilvusWorld } from '../support/milvus-world.ts';
import { SimulatedOperator } from '../support/operator.ts';

const podNames = ['rootcoord-0', 'rootcoord-1'] as const;
type PodName = (typeof podNames)[number];
const other = (name: PodName): PodName => (name === 'rootcoord-0' ? 'rootcoord-1' : 'rootcoord-0');

/** A pair at rest whose ACTIVE is `active`. */
function start(active: PodName = 'rootcoord-0', { binds = false } = {}): SimulatedOperator {
  const operator = new SimulatedOperator(new MilvusWorld('old'), { binds });
  operator.run(20);
  if (operator.status?.active?.podName !== active) {
    operator.world.crash(other(active));
    operator.run(60);
  }
  expect(operator.status?.active?.podName).toBe(active);
  operator.world.holders.length = 0;
  operator.events.length = 0;
  operator.podsEnded = 0;
  return operator;
}

/** The pair is as it should be: both registered, both from the wished template, nothing under way. */
function expectAtRest(operator: SimulatedOperator): void {
  const { status, world, wishedTemplate } = operator;
  if (!status) throw new Error('the operator has not looked');
  expect(shownAs(status, 'Ready')).toEqual(['True', 'PairReady']);
  expect(shownAs(status, 'ServiceInSync')).toEqual(['True', 'InSync']);
  expect(shownAs(status, 'UpToDate')).toEqual(['True', 'UpToDate']);
  expect(status.transition).toBeUndefined();
  expect(world.pods().map(({ templateHash }) => templateHash)).toEqual([wishedTemplate, wishedTemplate]);
  expect(operator.mostActives).toBe(1);
}

const told = ({ events }: SimulatedOperator) => events.map(({ reason }) => reason);

describe('a pair', () => {
  it('comes up with one ACTIVE and one STANDBY', () => {
    const operator = new SimulatedOperator(new MilvusWorld('old'), { binds: false });
    operator.run(20);
    expectAtRest(operator);
    expect(operator.world.holders).toHaveLength(1);
    expect(told(operator)).toEqual(['ActiveElected', 'StandbyRegistered']);
  });

  it('is left alone and writes nothing while nothing happens', () => {
    const operator = start();
    const before = operator.status;
    operator.run(600);
    expect(operator.status).toEqual(before);
    expect([operator.podsEnded, operator.events]).toEqual([0, []]);
  });

  it.each(podNames)('rolls out with one change of ACTIVE when %s is ACTIVE', (active) => {
    const operator = start(active);
    operator.wishedTemplate = 'new';
    operator.run(60);
    expectAtRest(operator);
    expect(operator.world.holders.map(({ podName }) => podName)).toEqual([other(active)]);
    expect(operator.podsEnded).toBe(2);
    expect(told(operator)).toEqual(['RolloutStarted', 'ActiveElected', 'RolloutCompleted']);
    expect(operator.status?.history?.[0]).toMatchObject({ type: 'Rollout', from: active, to: other(active) });
  });

  it.each(podNames)('switches over with one change of ACTIVE when %s is ACTIVE', (active) => {
    const operator = start(active);
    operator.token = 'now';
    operator.run(60);
    expectAtRest(operator);
    expect(operator.world.holders.map(({ podName }) => podName)).toEqual([other(active)]);
    expect(operator.podsEnded).toBe(1);
    expect(operator.status?.lastSwitchover).toMatchObject({ token: 'now', result: 'Completed' });
    expect(operator.status?.lastFailover).toEqual(start(active).status?.lastFailover);
  });

  describe.each(['KeepsLease', 'Hangs'] as const)('of a Milvus that %s when it is told to stop', (stops) => {
    /** A pair at rest, and how long nobody has served since. */
    function stubborn(binds: boolean): SimulatedOperator {
      const operator = start('rootcoord-0', { binds });
      operator.world.stops = stops;
      operator.world.freeMs = 0;
      return operator;
    }

    const disturbances: readonly (readonly [string, (operator: SimulatedOperator) => void, number])[] = [
      ['a switchover', (operator) => (operator.token = 'now'), 1],
      ['a rollout', (operator) => (operator.wishedTemplate = 'new'), 1],
      ['an eviction', ({ world }) => world.evict('rootcoord-0'), 1],
      ['an eviction of the standby', ({ world }) => world.evict('rootcoord-1'), 0],
    ];
    it.each(
      disturbances.flatMap(([name, ...rest]) => [
        [name, true, ...rest] as const,
        [`before any renewal was seen ${name}`, false, ...rest] as const,
      ]),
    )('%s moves the role at once, and no more than once', (_, binds, disturb, changes) => {
      const operator = stubborn(binds);
      disturb(operator);
      operator.run(160);
      expectAtRest(operator);
      expect(operator.world.holders).toHaveLength(changes);
      // Two looks: one records the change, one ends the lease.
      expect(operator.world.freeMs).toBeLessThanOrEqual(1_000);
      if (changes > 0) expect(operator.status?.history?.[0]?.how).toBe('LeaseRevoked');
    });
  });

  it('goes over to the newest spec when it changes in the middle of a rollout', () => {
    for (let seconds = 1; seconds < 16; seconds++) {
      const operator = start();
      operator.wishedTemplate = 'new';
      operator.run(seconds);
      operator.wishedTemplate = 'newest';
      operator.run(90);
      expectAtRest(operator);
      expect(operator.world.holders.length).toBeLessThanOrEqual(2);
    }
  });

  it('stops cleanly when rollouts are paused at any moment of one, and goes on when they are not', () => {
    for (let seconds = 1; seconds < 16; seconds++) {
      const operator = start();
      operator.wishedTemplate = 'new';
      operator.run(seconds);
      operator.policy = 'Paused';
      operator.run(130);
      const { status, podsEnded } = operator;
      if (!status) throw new Error('the operator has not looked');
      expect(shownAs(status, 'Ready')).toEqual(['True', 'PairReady']);
      expect(status.transition).toBeUndefined();
      operator.run(10);
      expect(operator.podsEnded).toBe(podsEnded);
      operator.policy = 'Automatic';
      operator.run(60);
      expectAtRest(operator);
      expect(operator.status?.history?.map(({ type }) => type)).toEqual(['Rollout']);
      expect(operator.world.holders).toHaveLength(1);
    }
  });

  it('fails over at once after a proven death, and at the end of the lease without proof', () => {
    const proven = start('rootcoord-0', { binds: true });
    proven.world.crash('rootcoord-0');
    proven.run(60);
    expectAtRest(proven);
    expect(proven.status?.lastFailover).toMatchObject({ from: 'rootcoord-0', to: 'rootcoord-1', how: 'LeaseRevoked' });
    expect(proven.status?.lastFailover?.durationMilliseconds).toBeLessThanOrEqual(1_500);

    const waiting = start();
    waiting.world.crash('rootcoord-0');
    waiting.run(60);
    expectAtRest(waiting);
    expect(waiting.status?.lastFailover).toMatchObject({ from: 'rootcoord-0', to: 'rootcoord-1', how: 'LeaseExpired' });
    expect(waiting.status?.lastFailover?.durationMilliseconds).toBeGreaterThanOrEqual(24_000);
  });
});

describe('a rollout to a template that does not come up', () => {
  const roll = (): SimulatedOperator => {
    const operator = start();
    operator.world.broken.add('broken');
    operator.wishedTemplate = 'broken';
    return operator;
  };
  const expectPutBack = ({ status, world, mostActives }: SimulatedOperator): void => {
    if (!status) throw new Error('the operator has not looked');
    expect(shownAs(status, 'Ready')).toEqual(['True', 'PairReady']);
    expect(shownAs(status, 'UpToDate')).toEqual(['False', 'RolloutFailed']);
    expect(shownAs(status, 'Stalled')).toEqual(['True', 'StandbyNotUp']);
    expect(status.transition).toBeUndefined();
    expect([...world.pods().map(({ templateHash }) => templateHash), world.liveTemplate]).toEqual([
      'old',
      'old',
      'old',
    ]);
    expect(mostActives).toBe(1);
  };

  it('is given up, the pods stay on the one before, and ACTIVE was never touched', () => {
    const operator = roll();
    operator.run(200);
    expectPutBack(operator);
    expect(operator.world.holders).toEqual([]);
    expect(operator.status?.failedRollout).toMatchObject({ templateHash: 'broken' });
    expect(told(operator)).toEqual(['RolloutStarted', 'RolloutFailed']);
    const { podsEnded, status } = operator;
    operator.run(3_600);
    expect([operator.podsEnded, operator.status]).toEqual([podsEnded, status]);
  });

  it('is tried again with another template', () => {
    const operator = roll();
    operator.run(200);
    operator.wishedTemplate = 'mended';
    operator.run(60);
    expectAtRest(operator);
    expect(operator.status?.failedRollout).toBeUndefined();
  });

  it('costs no more than the way back when ACTIVE is evicted at any moment', () => {
    for (let seconds = 0.5; seconds < 12; seconds += 0.5) {
      const operator = roll();
      operator.run(seconds);
      operator.world.evict(operator.status?.active?.podName ?? '');
      operator.run(900);
      expectPutBack(operator);
      expect(operator.world.holders.length).toBeLessThanOrEqual(1);
    }
  });

  it('leaves the pair without an ACTIVE for no longer than a start takes when ACTIVE is evicted after the renewal', () => {
    const operator = roll();
    operator.run(8);
    expect(operator.world.liveTemplate).toBe('old');
    operator.world.evict('rootcoord-0');
    operator.run(10);
    expect(operator.world.holders.map(({ podName }) => podName)).toEqual(['rootcoord-0']);
    expect(operator.status?.active?.podName).toBe('rootcoord-0');
  });
});

describe('a supervised rollout', () => {
  const roll = (): SimulatedOperator => {
    const operator = start();
    operator.policy = 'Supervised';
    operator.wishedTemplate = 'new';
    operator.run(60);
    return operator;
  };

  it('renews the standby, waits for as long as it takes, and moves ACTIVE once when that is approved', () => {
    const operator = roll();
    expect(operator.world.holders).toEqual([]);
    operator.run(4_000);
    expect(operator.podsEnded).toBe(1);
    const { status } = operator;
    if (!status) throw new Error('the operator has not looked');
    expect(shownAs(status, 'UpToDate')).toEqual(['False', 'AwaitingApproval']);
    expect(shownAs(status, 'RemediationRequired')).toEqual(['True', 'RolloutReady']);
    expect(status.proposals).toHaveLength(1);
    operator.approval = status.proposals?.[0]?.id;
    operator.run(60);
    expectAtRest(operator);
    expect(operator.world.holders.map(({ podName }) => podName)).toEqual(['rootcoord-1']);
    expect(operator.status?.lastApproval).toMatchObject({ id: operator.approval, result: 'Completed' });
    expect(operator.status?.history?.[0]).toMatchObject({ type: 'Rollout', from: 'rootcoord-0', to: 'rootcoord-1' });
    expect(told(operator)).toEqual([
      'RolloutStarted',
      'ProposalCreated',
      ...['ProposalExpired', 'ProposalCreated', 'ProposalExpired', 'ProposalCreated'],
      'ProposalApproved',
      'ActiveElected',
      'RolloutCompleted',
    ]);
  });

  it('does not move for an approval of an earlier proposal', () => {
    const operator = roll();
    const id = operator.status?.proposals?.[0]?.id;
    operator.run(2_000);
    operator.approval = id;
    operator.run(60);
    expect(operator.status?.lastApproval).toMatchObject({ id, result: 'Refused', reason: 'NoSuchProposal' });
    expect([operator.podsEnded, operator.world.holders]).toEqual([1, []]);
  });

  it('lets a switchover move ACTIVE to the renewed standby, which completes it', () => {
    const operator = roll();
    operator.token = 'now';
    operator.run(60);
    expectAtRest(operator);
    expect(operator.status?.proposals).toBeUndefined();
    expect(operator.world.holders.map(({ podName }) => podName)).toEqual(['rootcoord-1']);
  });
});

describe.each([
  ['bound to their containers', true],
  ['not bound', false],
])('with registrations %s', (_, binds) => {
  it.each(podNames)('a rollout converges whenever %s crashes on the way', (victim) => {
    for (let seconds = 0.5; seconds < 20; seconds += 0.5) {
      const operator = start('rootcoord-0', { binds });
      operator.wishedTemplate = 'new';
      operator.run(seconds);
      operator.world.crash(victim);
      operator.run(180);
      expectAtRest(operator);
      expect(operator.world.holders.length).toBeLessThanOrEqual(2);
      expect(operator.podsEnded).toBeLessThanOrEqual(3);
    }
  });

  it.each(podNames)('a switchover ends, done or failed, whenever %s crashes on the way', (victim) => {
    for (let seconds = 0.5; seconds < 10; seconds += 0.5) {
      const operator = start('rootcoord-0', { binds });
      operator.token = 'now';
      operator.run(seconds);
      operator.world.crash(victim);
      operator.run(240);
      expectAtRest(operator);
      expect(operator.status?.lastSwitchover?.token).toBe('now');
    }
  });

  it('a crash of both is survived', () => {
    const operator = start('rootcoord-0', { binds });
    for (const name of podNames) operator.world.crash(name);
    operator.run(120);
    expectAtRest(operator);
  });
});
