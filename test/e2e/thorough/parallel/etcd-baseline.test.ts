import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { damage, emptyMemberID } from '../../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd, untilDiagnosed } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { scenario, type Scene } from '../../support/scenario.ts';

scenario('every etcd process is killed at once: all come back by themselves and nothing is lost', async (scene) => {
  const etcd = await startEtcdSet(scene);
  const ids = await etcd.memberIDs();
  await using ledger = Ledger.start(etcd);
  await ledger.further(100);

  await etcd.kill();
  const broken = await symptom(scene);
  await ledger.further(50);

  await expectRecovered(scene, broken, { etcd, ledger });
  scene.measurements['withoutWritesMs'] = ledger.longestGapMs;
  expect(await etcd.memberIDs()).toEqual(ids);

  const [first] = ledger.acknowledged;
  await etcd.etcdctl(['del', first?.key ?? '']);
  expect(await ledger.missing()).toEqual([first]);
});

/** Milvus' troubleshooting page: scale to one, delete the claims of the others, scale back. */
async function followPublishedSteps(
  scene: Scene,
  name: string,
  state: 'new' | 'existing',
  lastWords: RegExp,
): Promise<void> {
  const etcd = await startEtcdSet(scene, {}, name);
  // As an upgrade by Helm leaves the template, but for restarting the pods.
  if (state === 'existing') await etcd.change({ initialClusterState: state, updateStrategy: 'OnDelete' });
  const [survivor = '', ...emptied] = etcd.pods;

  await etcd.scale(1);
  for (const pod of emptied) await etcd.deleteClaim(pod);
  await etcd.scale(3);

  for (const pod of emptied) {
    await etcd.untilLogged(pod, lastWords);
    await etcd.untilEnded(pod, 1);
  }
  expect(await etcd.etcdctlAt([survivor], ['endpoint', 'status'])).toContain('etcdserver: no leader');
  await guardEtcd(scene, name, { policy: { fence: 'Never' } }); // only now, as a guard looks again every 30 s while all is well
  const { status } = await untilDiagnosed(scene, name, state === 'new' ? 'SplitBrainRisk' : 'PublishedStepsHalfDone');
  expect(status?.diagnosis?.pods).toEqual(emptied);
}

scenario(
  'the published steps end without a quorum, whatever the template says, and the guard names them',
  async (scene) => {
    await Promise.all([
      followPublishedSteps(scene, 'fresh-etcd', 'new', /member [0-9a-f]+ has already been bootstrapped/),
      followPublishedSteps(scene, 'upgraded-etcd', 'existing', /No active endpoints in cluster, wait 10s/),
    ]);
  },
);

scenario(
  'an old image with an empty member_id crashes with code 128, is named, and runs once the file is away',
  async (scene) => {
    const etcd = await startEtcdSet(scene, { generation: 'G1' });
    const [pod = ''] = await etcd.followers();
    await using ledger = Ledger.start(etcd);
    await ledger.further(50);

    await damage(etcd, pod, emptyMemberID);
    const broken = await symptom(scene);
    await etcd.untilLogged(
      pod,
      /bad member ID arg \(strconv.ParseUint: parsing "": invalid syntax\), expecting ID in Hex/,
    );
    await etcd.untilEnded(pod, 128);
    await guardEtcd(scene, etcd.name);
    const { status } = await untilDiagnosed(scene, etcd.name, 'MemberIDFileEmpty');
    expect(status?.diagnosis).toMatchObject({ pods: [pod], certainty: 'Certain' });

    const ids = await etcd.memberIDs();
    await rm(join(await etcd.volumeFolder(pod), 'data', 'member_id'));
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await etcd.memberIDs()).toEqual(ids);
  },
);
