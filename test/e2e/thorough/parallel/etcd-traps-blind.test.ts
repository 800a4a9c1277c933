import { expect } from '@jest/globals';
import { until } from '../../../support/until.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { untilReason, untilTold } from '../../support/etcd-traps.ts';
import { guardEtcd, untilDiagnosed } from '../../support/guard.ts';
import { hideFromOperator } from '../../support/hidden.ts';
import { Ledger } from '../../support/ledger.ts';
import { askForRecovery, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

scenario(
  'wrong credentials and a network policy make the operator blind: it says what it lacks, does nothing, and sees again by itself',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await startEtcdSet(scene);
    const ids = await etcd.memberIDs();
    await guardEtcd(scene, etcd.name);
    const guard = (spec: object): Promise<string> =>
      kubectl.run(['patch', 'etcdguard', etcd.name, '--type=merge', '--patch', JSON.stringify({ spec })]);
    const sees = () => untilReason(scene, etcd.name, 'Healthy', 'AllMembersHealthy');
    await sees();
    await using ledger = Ledger.start(etcd);

    await guard({ auth: { secretName: 'root' } });
    const lacking = await untilReason(scene, etcd.name, 'Healthy', 'OperatorBlind');
    expect(lacking.message).toContain('Secret root does not exist');
    await askForRecovery(scene, 'restart', { guardName: etcd.name, action: 'RestartQuorum' });
    const refused = await untilRecovery(scene, 'restart', 'Refused');
    expect(refused.status?.message).toContain('the members cannot be asked: spec.auth.secretName');

    await kubectl.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'root' },
      stringData: { username: 'root', password: 'wrong' },
    });
    // An etcd without users takes no password: wrong for it is whoever logs in.
    const { status: wrong } = await untilDiagnosed(scene, etcd.name, 'OperatorBlind');
    expect(wrong?.diagnosis).not.toHaveProperty('action');
    await guard({ auth: null });
    await sees();

    const policy = await hideFromOperator(scene, etcd.pods);
    const cut = Date.now();
    const { status } = await untilDiagnosed(scene, etcd.name, 'OperatorBlind');
    scene.measurements['blindToldMs'] = Date.now() - cut;
    expect(status?.diagnosis?.pods).toEqual(etcd.pods);
    expect(status?.diagnosis?.remedy).toContain('Let the operator reach the client port of the pods');
    expect(status?.diagnosis).not.toHaveProperty('action');
    expect(status).not.toHaveProperty('quorumLostSinceTime');
    expect(status?.members?.map(({ healthy }) => healthy)).toEqual([true, true, true]);
    for (const action of ['RebuildFromSurvivor', 'RestartQuorum'] as const)
      await askForRecovery(scene, action.toLowerCase(), { guardName: etcd.name, action });
    for (const name of ['rebuildfromsurvivor', 'restartquorum'])
      await untilTold(scene, name, /^waits: nothing is done to an etcd that cannot be seen\. ready by the word of/);

    await policy[Symbol.asyncDispose]();
    await sees();
    for (const name of ['rebuildfromsurvivor', 'restartquorum']) {
      const { status: ended } = await untilRecovery(scene, name, 'Refused');
      expect(ended?.message).toBe('etcd has a quorum: nothing has to be brought back');
    }
    const before = ledger.acknowledged.length;
    await until('another put', () => ledger.acknowledged.length > before);
    await ledger.stop();
    scene.measurements['withoutWritesMs'] = ledger.longestGapMs;
    expect(await ledger.missing()).toEqual([]);
    expect(await etcd.memberIDs()).toEqual(ids);
    const recoveries = await kubectl.run(['get', 'etcdrecoveries', '--output', 'name']);
    expect(recoveries.split('\n').filter(Boolean)).toHaveLength(3);
    expect(await kubectl.run(['get', 'jobs', '--output', 'name'])).toBe('');
  },
  { timeoutMs: 480_000 },
);
