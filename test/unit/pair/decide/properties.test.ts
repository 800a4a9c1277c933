import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Member } from '../../../../src/pair/decide/members.ts';
import { holderOf, standbyOf } from '../../../../src/pair/decide/members.ts';
import { planOf } from '../../../../src/pair/decide/plan.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { look, withStatus } from '../support/facts.ts';
import { statusValidator } from '../support/status-schema.ts';
import { worlds } from '../support/worlds.ts';

const RUNS = { numRuns: 1_000 };
const always = (holds: (world: PairFacts) => void): void => fc.assert(fc.property(worlds, holds), RUNS);

/** Registered, and its pod is neither gone nor going. */
const isLive = ({ session, pod }: Member): boolean => session !== undefined && pod !== undefined && !pod.terminating;

/** Told to stop, without a session, and its pod is there to stay. */
const isStuck = (member: Member | undefined): boolean => member?.state === 'Stopping' && !member.session;

/** The pod a look ends, with the member it is. */
function victimOf(world: PairFacts) {
  const act = look(world).endPod;
  if (!act) return undefined;
  const { members } = planOf(world);
  return { act, members, victim: members.find(({ pod }) => pod?.uid === act.podUID) };
}

describe('whatever the operator finds', () => {
  it('it ends no pod and no session while etcd is not known', () =>
    always((world) => {
      if (world.etcd.state === 'Known') return;
      const { endPod, revoke } = look(world);
      expect([endPod, revoke]).toEqual([undefined, []]);
    }));

  it('it ends no pod that is not there, and by force exactly those that are ending already', () =>
    always((world) => {
      const found = victimOf(world);
      if (!found) return;
      expect(found.victim?.pod?.terminating).toBe(found.act.force !== undefined);
    }));

  it('it does what needs approval only once that is given, and only to the pod it was given for', () =>
    always((world) => {
      const { status } = look(world);
      const [proposal] = status.proposals ?? [];
      if (!proposal) return;
      const annotations = { 'ha.milvus.io/approve': proposal.id };
      const pair = { ...world.pair, metadata: { ...world.pair.metadata, annotations } };
      const unasked = look(withStatus(world, status));
      const approved = look(withStatus({ ...world, pair }, status));
      expect(approved.status.lastApproval).toMatchObject({ id: proposal.id, result: 'Approved' });
      expect(unasked.status.lastApproval).toEqual(status.lastApproval);
      if (!approved.endPod || approved.endPod.podUID === unasked.endPod?.podUID) return;
      expect(proposal.evidence).toContain(approved.endPod.podName);
    }));

  it('it never ends the only live member', () =>
    always((world) => {
      const found = victimOf(world);
      if (!found?.victim || !isLive(found.victim)) return;
      const others = found.members.filter((member) => member !== found.victim);
      expect(others.some(isLive)).toBe(true);
    }));

  it('it ends the ACTIVE only while a standby is registered and its container runs', () =>
    always((world) => {
      const found = victimOf(world);
      if (!found?.victim?.holder) return;
      expect(standbyOf(found.members)?.pod.container.runningSince).toBeDefined();
    }));

  it('it ends the lease of a process that runs only when that serves no more, and of the ACTIVE only with a successor', () =>
    always((world) => {
      for (const { session, successor, stopping } of look(world).revoke) {
        const { stops } = world;
        expect(stops.map(({ podUID }) => podUID)).toContain(stopping?.podUID);
        const isHolder = world.etcd.state === 'Known' && world.etcd.sessions.holder?.lease === session.lease;
        if (isHolder) expect(stops.map(({ podUID }) => podUID)).not.toContain(successor?.pod.uid ?? stops[0]?.podUID);
      }
    }));

  it('it names the holder that must still be there when it ends a pod', () =>
    always((world) => {
      const found = victimOf(world);
      if (!found) return;
      expect(found.act.holderServerID).toBe(holderOf(found.members)?.session?.serverID);
    }));

  it('it ends a registered pod only under a transition that the stored status shows', () =>
    always((world) => {
      const found = victimOf(world);
      if (!found || found.victim?.state === 'Zombie' || isStuck(found.victim)) return;
      const { status } = look(world);
      expect(status.transition).toBeDefined();
      expect(world.pair.status?.transition).toEqual(status.transition);
    }));

  it('it ends no pod in mode Paused or ObserveOnly, and none of a stopped pair', () =>
    always((world) => {
      const { mode, runState } = world.pair.spec;
      if (mode === 'Managed' && runState === 'Running') return;
      expect(look(world).endPod).toBeUndefined();
    }));

  it('it judges the same facts the same way', () => always((world) => expect(look(world)).toEqual(look(world))));

  it('it finds nothing new in a world that stays as it is', () =>
    always((world) => {
      const settled = withStatus(world, look(withStatus(world, look(world).status)).status);
      const again = look(settled);
      expect(again.status).toEqual(settled.pair.status);
      expect(again.events).toEqual([]);
    }));

  it('it says the same at the second look already, unless the first one found another ACTIVE or ended a change', () =>
    always((world) => {
      const first = look(world);
      const second = look(withStatus(world, first.status));
      const { active, transition } = world.pair.status ?? {};
      const isOver = transition !== undefined && !isDeepStrictEqual(transition, first.status.transition);
      if (isOver || active?.serverID !== first.status.active?.serverID) return;
      expect(second.status).toEqual(first.status);
      expect(second.events).toEqual([]);
    }));

  it('at most one pod says active once its labels are put on, at each step of the way', () =>
    always((world) => {
      const labelled = new Map(world.pods.map(({ uid, roleLabel }) => [uid, roleLabel]));
      const actives = () => [...labelled.values()].filter((role) => role === 'active').length;
      const most = Math.max(1, actives());
      for (const { podUID, role } of planOf(world).labels) {
        labelled.set(podUID, role);
        expect(actives()).toBeLessThanOrEqual(most);
      }
      if (world.etcd.state === 'Known') expect(actives()).toBeLessThanOrEqual(1);
    }));

  it('its status is one that the API server accepts', () => {
    const isValid = statusValidator();
    always((world) => {
      const { status } = look(world);
      expect([isValid(JSON.parse(JSON.stringify(status))), isValid.errors]).toEqual([true, null]);
    });
  });
});
