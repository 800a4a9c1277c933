import { readdir } from 'node:fs/promises';
import { expect } from '@jest/globals';
import { damage, emptyMemberID } from '../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { guardEtcd, untilDiagnosed } from '../support/guard.ts';
import { Ledger } from '../support/ledger.ts';
import { untilAskedFor, untilRecovery } from '../support/recovery.ts';
import { scenario } from '../support/scenario.ts';

scenario(
  'an old image with an empty member_id runs again by itself: the guard asks for what moves the file away',
  async (scene) => {
    const etcd = await startEtcdSet(scene, { generation: 'G1', askSeconds: 5 });
    await guardEtcd(scene, etcd.name);
    const ids = await etcd.memberIDs();
    const [pod = ''] = await etcd.followers();
    await using ledger = Ledger.start(etcd);
    await ledger.further(50);

    await damage(etcd, pod, emptyMemberID);
    const broken = await symptom(scene);
    const { status } = await untilDiagnosed(scene, etcd.name, 'MemberIDFileEmpty');
    expect(status?.diagnosis).toMatchObject({ pods: [pod], action: 'ClearMemberID' });
    const asked = await untilAskedFor(scene, 'ClearMemberID');
    const ended = await untilRecovery(scene, asked.metadata.name, 'Succeeded', { timeoutMs: 120_000 });

    expect(ended.spec.target).toEqual({ podName: pod });
    expect(ended.status).toMatchObject({ approvedBy: 'Policy', step: '3/3 MembersAgree' });
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await etcd.memberIDs()).toEqual(ids);
    expect(await readdir(await etcd.volumeFolder(pod))).toContain(`member_id.bak-${ended.metadata.uid}`);
  },
  { timeoutMs: 480_000 },
);
