import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ListedMember } from '../../../../../src/etcd/member-client.ts';
import type { EtcdFacts } from '../../../../../src/etcdcare/facts.ts';
import {
  othersUnwell,
  replacementOf,
} from '../../../../../src/etcdcare/recovery/remedies/replace-member/replacement.ts';
import { crashing, etcd, etcdWith, look, memberID, names, pod, setup } from '../../support/facts.ts';
import { statefulSet, worldOf } from './worlds.ts';

const peerURL = 'http://etcd-2.etcd-headless.milvus.svc:2380';
const broken = (changes: Partial<EtcdFacts> = {}): EtcdFacts =>
  etcdWith([crashing('etcd-2', 2, ['unexpected fault address 0x7f'])], changes);

/** The same facts with another member list. */
function listing(facts: EtcdFacts, change: (members: readonly ListedMember[]) => readonly ListedMember[]): EtcdFacts {
  const looks = facts.looks.map((one) =>
    'answer' in one ? { ...one, answer: { ...one.answer, members: change(one.answer.members) } } : one,
  );
  return { ...facts, looks };
}

const stranger: ListedMember = {
  id: 0xbeefn,
  name: 'other',
  peerURLs: ['http://other:2380'],
  clientURLs: [],
  learner: false,
};

describe('a member that is to be replaced', () => {
  it('is replaced by a learner, after a snapshot of a healthy one that is the same whoever leads', () => {
    expect(replacementOf(worldOf(broken()), 'etcd-2', 'op')).toEqual({
      pod: 'etcd-2',
      peerURL,
      member: memberID('etcd-2').toString(16),
      operation: 'op',
      snapshotFrom: 'etcd-0',
      joins: 'Learner',
    });
  });

  it('adds itself where its image insists on that', () => {
    const facts = broken({ setup: { ...setup, startUp: 'G1' } });
    expect(replacementOf(worldOf(facts), 'etcd-2', 'op')).toMatchObject({ joins: 'ByItself' });
  });

  it('may have been removed before', () => {
    const facts = listing(broken(), (members) => members.filter(({ name }) => name !== 'etcd-2'));
    expect(replacementOf(worldOf(facts), 'etcd-2', 'op')).toMatchObject({ member: '' });
  });

  it('may have been added before and never have started', () => {
    const facts = listing(broken(), (members) =>
      members.map((member) => (member.name === 'etcd-2' ? { ...member, id: 0xfn, name: '' } : member)),
    );
    expect(replacementOf(worldOf(facts), 'etcd-2', 'op')).toMatchObject({ member: 'f' });
  });

  it('waits while there is no quorum', () => {
    const facts = etcdWith([crashing('etcd-1', 1, []), crashing('etcd-2', 1, [])]);
    expect(replacementOf(worldOf(facts), 'etcd-2', 'op')).toMatchObject({ state: 'Waiting' });
  });

  it.each([
    ['it is healthy', etcd(), 'etcd-1', 'there is nothing to replace'],
    ['the initial cluster does not name it', broken(), 'etcd-7', 'does not name etcd-7'],
    [
      'another one learns',
      listing(broken(), (members) => members.map((one) => (one.name === 'etcd-1' ? { ...one, learner: true } : one))),
      'etcd-2',
      'etcd-1 is a learner',
    ],
    [
      'another one was added and never started',
      listing(broken(), (members) => [...members, { ...stranger, name: '' }]),
      'etcd-2',
      'etcdctl member remove beef',
    ],
    [
      'another one is sick',
      listing(broken(), (members) => [...members, stranger]),
      'etcd-2',
      '(3) etcdctl member remove',
    ],
    [
      'one would be missing still',
      listing(broken(), (members) => members.filter(({ name }) => name !== 'etcd-1')),
      'etcd-2',
      'names 3 members and 2 would be listed',
    ],
  ])('is left when %s', (_about, facts, name, words) => {
    const found = replacementOf(worldOf(facts), name, 'op', 60_000);
    expect(found).toMatchObject({ state: 'Refused', why: expect.stringContaining(words) as unknown });
  });

  it('is not given up when another one is sick for a moment', () => {
    const facts = listing(broken(), (members) => [...members, stranger]);
    expect(replacementOf(worldOf(facts), 'etcd-2', 'op', 59_999)).toMatchObject({ state: 'Waiting' });
  });

  it('is left when the state of the initial cluster comes from a place that cannot be seen', () => {
    const set = statefulSet();
    const containers = set.spec?.template?.spec?.containers?.map((one) => ({
      ...one,
      args: ['--initial-cluster-state=$(STATE)'],
    }));
    const world = worldOf(broken(), {
      set: { ...set, spec: { ...set.spec, template: { spec: { ...(containers ? { containers } : {}) } } } },
    });
    expect(replacementOf(world, 'etcd-2', 'op')).toMatchObject({ state: 'Refused' });
  });

  it('is never replaced while another member is not surely well', () => {
    const state = fc.record({
      answers: fc.boolean(),
      reads: fc.boolean(),
      learner: fc.boolean(),
      started: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.tuple(state, state, state), (states) => {
        const at = (name: string) => states[Number(name.slice(-1))] ?? states[0];
        const pods = names.map((name) => (at(name).answers ? pod(name) : crashing(name, 1, [])));
        const looks = names.filter((name) => at(name).answers).map((name) => look(name, {}, at(name).reads));
        const facts = listing(etcd({ pods, looks }), (members) =>
          members.map((one) => ({ ...one, learner: at(one.name).learner, name: at(one.name).started ? one.name : '' })),
        );
        const world = worldOf(facts);
        const found = replacementOf(world, 'etcd-2', 'op');
        const well = ({ answers, reads, learner, started }: (typeof states)[number]) =>
          answers && reads && !learner && started;
        if ('state' in found) return;
        expect(well(states[0]) && well(states[1])).toBe(true);
        expect(othersUnwell(world, peerURL)).toBeUndefined();
      }),
    );
  });
});
