import { describe, expect, it } from '@jest/globals';
import { clearMemberID, planClearMemberID } from '../../../../../src/etcdcare/recovery/remedies/clear-member-id.ts';
import type { Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import { fakeClient } from '../../../kube/fake-client.ts';
import { crashing, etcdWith, pod, setup } from '../../support/facts.ts';
import { worldOf, workWith } from './worlds.ts';

const words = 'Error: bad member ID arg (strconv.ParseUint: parsing "": invalid syntax), expecting ID in Hex';
const old = { ...setup, startUp: 'G1' as const };
const crashed = (name: string) => crashing(name, 128, [words]);

const plan = (sick: Parameters<typeof etcdWith>[0], changes: Parameters<typeof etcdWith>[1] = {}) =>
  planClearMemberID(worldOf(etcdWith(sick, { setup: old, ...changes })), 'etcd-2', 'op');

describe('an empty member_id file', () => {
  it('is moved away by policy while the others have a quorum', () => {
    const planned = plan([crashed('etcd-2')]);
    expect(planned).toMatchObject({ state: 'Planned', plan: { details: { pod: 'etcd-2', operation: 'op' } } });
    expect(planned).not.toHaveProperty('plan.needsPerson');
  });

  it('is moved away by policy where that brings the quorum back', () => {
    expect(plan([crashed('etcd-1'), crashed('etcd-2')])).not.toHaveProperty('plan.needsPerson');
  });

  it('is for a person to decide when nobody can tell who the members are', () => {
    expect(plan([crashed('etcd-0'), crashed('etcd-1'), crashed('etcd-2')])).toMatchObject({
      plan: { needsPerson: true },
    });
  });

  it('does not help a member that was removed', () => {
    const facts = etcdWith([crashed('etcd-2')], { setup: old });
    const looks = facts.looks.map((look) =>
      'answer' in look
        ? { ...look, answer: { ...look.answer, members: look.answer.members.filter(({ name }) => name !== 'etcd-2') } }
        : look,
    );
    expect(plan([crashed('etcd-2')], { looks })).toMatchObject({
      state: 'Refused',
      why: expect.stringContaining('ReplaceMember') as unknown,
    });
  });

  it('does not help where the pod has removed its member, and what was added since has never started', () => {
    const facts = etcdWith([crashed('etcd-2')], { setup: old });
    const looks = facts.looks.map((look) =>
      'answer' in look
        ? {
            ...look,
            answer: {
              ...look.answer,
              members: look.answer.members.map((one) => (one.name === 'etcd-2' ? { ...one, name: '' } : one)),
            },
          }
        : look,
    );
    expect(plan([crashed('etcd-2')], { looks })).toMatchObject({
      state: 'Refused',
      why: expect.stringMatching(/^the entry a2 of etcd-2 was added and has never started.*ReplaceMember/) as unknown,
    });
  });

  it('is said to be of a removed member while its pod says so at each start', async () => {
    const removed = crashing('etcd-2', 1, ['the member has been permanently removed from the cluster']);
    const client = fakeClient({ delete: () => Promise.resolve(false) }) as Work['client'];
    const look = () => Promise.resolve(worldOf(etcdWith([removed], { setup: old })));
    const work = workWith({ pod: 'etcd-2' }, { look, client, notes: { clearedIn: removed.uid } });
    const step = clearMemberID.steps.find(({ name }) => name === 'StartMember');
    expect(await step?.run(work)).toMatchObject({
      state: 'Waiting',
      message: expect.stringContaining('"permanently removed"') as unknown,
    });
  });

  it('is none of an image that keeps no such file', () => {
    expect(plan([crashed('etcd-2')], { setup })).toMatchObject({ state: 'Refused' });
  });

  it('is waited for until the pod says so, and not looked for in one that is ready', () => {
    expect(plan([crashing('etcd-2', 1, ['something else'])])).toMatchObject({ state: 'Waiting' });
    expect(plan([pod('etcd-2')])).toMatchObject({ state: 'Refused' });
  });
});
