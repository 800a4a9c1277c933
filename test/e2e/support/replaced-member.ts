import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { EtcdRecovery } from '../../../src/api/etcd-recovery.ts';
import { expectRecovered, type Symptom } from './etcd-outcome.ts';
import type { EtcdSet } from './etcd-set.ts';
import type { Ledger } from './ledger.ts';
import type { Scene } from './scene.ts';

/** The steps of a ReplaceMember that has succeeded, as {@link stepsOf} writes them. */
export const replaceMemberSteps = [
  'SaveSnapshot',
  'RenderExisting',
  'RemoveMember',
  'SetAside',
  'RestartPod',
  'AddLearner',
  'SetAsideAgain',
  'StartMember',
  'Promote',
  'RestartOthers',
  'MembersAgree',
].map((step) => `${step} Done`);

/** Each step of a recovery with how it is. */
export const stepsOf = ({ status }: EtcdRecovery): readonly string[] =>
  (status?.steps ?? []).map(({ name, state }) => `${name} ${state}`);

/** The id of the member in a pod. */
export const idOf = async (etcd: EtcdSet, pod: string): Promise<string> =>
  (await etcd.members()).find(({ name }) => name === pod)?.id ?? '';

/** Sees that a member was replaced and nothing acknowledged was lost: all equal, the old data kept beside the new. */
export async function expectReplaced(
  scene: Scene,
  broken: Symptom,
  {
    etcd,
    pod,
    id,
    ledger,
    recovery,
  }: {
    readonly etcd: EtcdSet;
    readonly pod: string;
    /** Of the member that was there before. */
    readonly id: string;
    readonly ledger: Ledger;
    readonly recovery: EtcdRecovery;
  },
): Promise<void> {
  await expectRecovered(scene, broken, { etcd, ledger });
  const members = await etcd.members();
  expect(members.map(({ name }) => name).sort()).toEqual([...etcd.pods]);
  expect(members.filter(({ started, learner }) => !started || learner)).toEqual([]);
  expect(members.map((member) => member.id)).not.toContain(id);
  await access(join(await etcd.volumeFolder(pod), `data.bak-${recovery.metadata.uid}`, 'member'));
  const containers = ['get', 'statefulset', etcd.name, '--output', 'jsonpath={.spec.template.spec.containers}'];
  expect(await scene.kubectl.run(containers)).toContain('{"name":"ETCD_INITIAL_CLUSTER_STATE","value":"existing"}');
}
