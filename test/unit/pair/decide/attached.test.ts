import { describe, expect, it } from '@jest/globals';
import { annotations } from '../../../../src/api/names.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { isBindable } from '../../../../src/pair/decide/binding.ts';
import { planOf } from '../../../../src/pair/decide/plan.ts';
import { decideRestart } from '../../../../src/pair/decide/restart.ts';
import { anAttachedPair, anAttachedPod, attached, aWorkload, FIRST, SECOND } from '../support/attached.ts';
import { conditionOf, known, look, settle, withStatus } from '../support/facts.ts';
import { aContainer } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { after } from '../support/time.ts';

const first = { ...aSession(7n), hostName: FIRST, address: '10.0.0.1:53100' };
const second = { ...aSession(8n), hostName: SECOND, address: '10.0.0.2:53100' };

/** The same world once a switchover was asked for, and the operator has looked at it. */
function asked(world: PairFacts) {
  const { status } = settle(world);
  const token = { [annotations.switchover]: 'now' };
  return settle({ ...world, pair: anAttachedPair({ annotations: token, status }) }, 2);
}

describe('a pair that looks after a workload', () => {
  it('is ready as any other, and at rest changes nothing', () => {
    const { status, endPod, revoke, events } = settle(attached());
    expect(conditionOf(status, 'Ready')).toMatchObject({ status: 'True', reason: 'PairReady' });
    expect([endPod, revoke, events]).toEqual([undefined, [], []]);
    expect(status).toMatchObject({
      active: { podName: FIRST },
      standby: { podName: SECOND },
      selector: 'app.kubernetes.io/instance=my-release,component=rootcoord',
    });
    expect(planOf(withStatus(attached(), status)).labels).toEqual([]);
  });

  it('switches over without a template to compare', () => {
    const { status, endPod } = asked(attached());
    expect(status.transition).toMatchObject({ type: 'Switchover', from: FIRST });
    expect(endPod).toMatchObject({ podName: FIRST, podUID: `uid-of-${FIRST}`, holderServerID: 7n });
  });

  it('ends the session of a dead ACTIVE', () => {
    const { status } = settle(attached());
    const terminated = {
      exitCode: 137,
      reason: 'Error',
      containerID: 'containerd://first',
      finishedAt: after(0).toISOString(),
    };
    const dead = attached({
      pods: [
        anAttachedPod(FIRST, { ready: false, container: aContainer({ runningSince: undefined, terminated }) }),
        anAttachedPod(SECOND),
      ],
      deaths: [{ serverID: 7n, lease: 7000n, seenTime: after(0), evidence: 'its container ended' }],
    });
    const noticed = look(withStatus(dead, status));
    const { revoke } = look(withStatus(dead, noticed.status));
    expect(revoke).toEqual([
      expect.objectContaining({ session: expect.objectContaining({ serverID: 7n, lease: 7000n }) }),
    ]);
  });

  it('binds nothing and ends nothing while it is not certain which container runs Milvus', () => {
    const pods = [FIRST, SECOND].map((name) => anAttachedPod(name, { container: {} }));
    const problems = [{ reason: 'ContainerUnknown', message: 'containerName must be set' }] as const;
    const world = attached({ pods, problems, templateHash: undefined });
    expect(planOf(world).members.map((member) => [member.state, isBindable(member)])).toEqual([
      ['Active', false],
      ['Standby', false],
    ]);
    const { status, endPod, revoke } = asked(world);
    expect(conditionOf(status, 'SpecValid')).toMatchObject({ status: 'False', reason: 'ContainerUnknown' });
    expect([endPod, revoke]).toEqual([undefined, []]);
  });

  it('restarts a zombie', () => {
    const { endPod } = settle(attached({ etcd: known(heldBy(first), 30) }));
    expect(endPod).toMatchObject({ podName: SECOND, holderServerID: 7n });
  });

  it('follows a pod that is replaced under another name', () => {
    const { status } = settle(attached());
    const name = 'my-release-rootcoord-5d8f-klmno';
    const third = { ...aSession(9n), hostName: name, address: '10.0.0.3:53100' };
    const moved = attached({
      pods: [anAttachedPod(SECOND), anAttachedPod(name, { ip: '10.0.0.3' })],
      etcd: known(heldBy(second, third), 30),
    });
    expect(settle(withStatus(moved, status)).status).toMatchObject({
      active: { podName: SECOND },
      standby: { podName: name },
      lastFailover: { from: FIRST, to: SECOND },
    });
    expect(planOf(moved).labels.map(({ podName, role }) => [podName, role])).toEqual([
      [name, 'standby'],
      [SECOND, 'active'],
    ]);
  });

  it('says where the flag is set when it does not reach Milvus', () => {
    const alone = { holder: { ...first, key: 'rootcoord' }, members: [], broken: [], olderLayout: [] };
    const { status } = settle(attached({ etcd: known(alone, 30) }));
    expect(conditionOf(status, 'Ready')).toMatchObject({ status: 'False', reason: 'FlagNotEffective' });
    expect(conditionOf(status, 'Ready').message).toContain('milvus-helm: activeStandby.enabled');
  });

  it.each([
    ['leaves a workload alone that belongs to another pair', { takenBy: 'older' }, false],
    ["acts beside pods that are somebody else's", { foreignPods: ['debug'] }, true],
    ['acts on a workload that was scaled', { view: aWorkload({ replicas: 3 }) }, true],
  ])('%s', (_, workload, mayAct) => {
    expect(planOf(attached({ workload })).mayAct).toBe(mayAct);
  });

  it('refuses to restart pods that it does not make', () => {
    const { status } = settle(attached());
    const pair = anAttachedPair({ annotations: { [annotations.restart]: 'again' }, status });
    const { answer, token } = decideRestart(pair, { liveToken: undefined, isValid: true, now: after(0) });
    expect(answer).toMatchObject({ token: 'again', result: 'Refused', reason: 'WorkloadRef' });
    expect(token).toBeUndefined();
  });
});
