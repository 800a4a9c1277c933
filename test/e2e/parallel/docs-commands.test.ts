import { expect } from '@jest/globals';
import type { CoordinatorPair } from '../../../src/api/coordinator-pair.ts';
import { annotations, coordinatorPairKind } from '../../../src/api/names.ts';
import type { Pod } from '../../../src/kube/core-types.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import { milvusEtcdImage } from '../../images/etcd-images.ts';
import { commandsOf, filled, type Situation } from '../../support/docs/commands.ts';
import type { OwnWord } from '../../support/docs/own-words.ts';
import { codeOf, readPages } from '../../support/docs/pages.ts';
import { until } from '../../support/until.ts';
import { guardEtcd } from '../support/guard.ts';
import { openDesk } from '../support/page-commands.ts';
import type { ScenarioPair } from '../support/pair.ts';
import { askForRecovery } from '../support/recovery.ts';
import { scenario, type Scene } from '../support/scenario.ts';

const pages = readPages().filter(({ path }) => !path.startsWith('docs/adr/') && path !== 'CHANGELOG.md');
const pairName = 'rootcoord';

scenario(
  'every command that the pages tell a reader to type works on a pair and its guarded etcd',
  async (scene) => {
    const etcd = await scene.startEtcd();
    await guardEtcd(scene, 'etcd');
    await askForRecovery(scene, 'replace-etcd-1', {
      guardName: 'etcd',
      action: 'ReplaceMember',
      target: { podName: 'etcd-1' },
      dryRun: true,
    });
    const pair = await wholePair(scene);
    await using desk = await openDesk(scene, { ETCDCTL_ENDPOINTS: etcd.url });
    const failures: string[] = [];
    let typed = 0;
    for (const { where, text, shown, fate } of pages.flatMap(commandsOf)) {
      if (fate.kind !== 'Run') continue;
      await wholePair(scene);
      try {
        await inSituation(fate.situation, pair, typed, async (id) => {
          const own: Record<OwnWord, string> = { ...(await readersOwn(scene, pair)), ID: id };
          const printed = await desk.type(filled(text, own));
          if (shown !== undefined && !looksLike(printed, shown)) failures.push(`${where}: ${text} prints\n${printed}`);
        });
      } catch (error) {
        failures.push(`${where}: ${String(error)}`);
      }
      typed++;
    }
    scene.measurements['commands'] = typed;
    expect(failures).toEqual([]);
    expect(typed).toBeGreaterThan(30);
  },
  { timeoutMs: 900_000 },
);

scenario('every manifest on the pages is accepted by the API server', async ({ kubectl, namespace }) => {
  const manifests = pages
    .flatMap(codeOf)
    .filter(({ language, text }) => language === 'yaml' && /^apiVersion:/m.test(text));
  expect(manifests.length).toBeGreaterThan(3);
  const all = manifests.map(({ text }) => text.replaceAll('namespace: milvus', `namespace: ${namespace}`));
  await kubectl.run(['apply', '--dry-run=server', '--filename', '-'], all.join('\n---\n'));
});

/** The pair as the pages speak of it, whatever the command before has made of it; nothing is under way. */
async function wholePair(scene: Scene): Promise<ScenarioPair> {
  const { client, kubectl, namespace } = scene;
  const leftBehind = [annotations.suspendedBy, annotations.garbageCollectionOff];
  let found = await client.get<CoordinatorPair>(coordinatorPairKind, pairName, namespace);
  if (found && mayFlap(found)) {
    await kubectl.run(['delete', 'coordinatorpair', pairName, '--timeout=60s']);
    found = undefined;
  }
  if (!found || found.metadata.deletionTimestamp !== undefined) {
    if (found) await kubectl.run(['wait', '--for=delete', `coordinatorpair/${pairName}`, '--timeout=60s']);
    await scene.applyPair(pairName, { etcd: { endpoints: ['etcd:2379'], guardName: 'etcd' } });
  } else if (leftBehind.some((annotation) => annotation in (found.metadata.annotations ?? {}))) {
    const off = leftBehind.map((annotation) => `${annotation}-`);
    await kubectl.run(['annotate', 'coordinatorpair', pairName, ...off]);
  }
  const pair = scene.pair(pairName);
  await until(`what was asked of ${pairName} to be answered`, async () => isAnswered(await pair.get()), {
    timeoutMs: 120_000,
    everyMs: 200,
  });
  await pair.untilSteady({ timeoutMs: 180_000 });
  return pair;
}

/** Pages have pods deleted: a third change of ACTIVE without a plan, and what the next page asks for would wait. */
function mayFlap({ status }: CoordinatorPair): boolean {
  return (status?.history ?? []).filter(({ type }) => type === 'Failover').length >= 2;
}

/** Whether the switchover and the restart that were asked for last have come to their end. */
function isAnswered({ metadata, status }: CoordinatorPair): boolean {
  const asked = [metadata.annotations?.[annotations.switchover], metadata.annotations?.[annotations.restart]];
  const answers = [status?.lastSwitchover, status?.lastRestart];
  return asked.every((token, index) => {
    const answer = answers[index];
    return token === undefined || (answer?.token === token && answer.result !== 'Started');
  });
}

/** Types in a situation; with a proposal it has its id, and is over when that is carried out. */
async function inSituation(
  situation: Situation,
  pair: ScenarioPair,
  time: number,
  type: (id: string) => Promise<void>,
): Promise<void> {
  if (situation === 'pair') {
    await type('');
    return;
  }
  await pair.change({ rollout: { policy: 'Supervised' }, pod: { annotations: { 'docs/changed': String(time) } } });
  const { id } = await pair.proposal('RolloutReady');
  await type(id);
  await until('what was approved to be carried out', async () => {
    const { lastApproval } = await pair.status();
    return lastApproval?.id === id && lastApproval.result === 'Completed';
  });
}

async function readersOwn(
  { client, namespace }: Scene,
  pair: ScenarioPair,
): Promise<Record<Exclude<OwnWord, 'ID'>, string>> {
  const { active, standby } = await pair.status();
  const { items } = await client.list<Pod>(podKind, { namespace });
  const address = items.find(({ metadata }) => metadata.name === active?.podName)?.status?.podIP ?? '';
  return {
    NAME: pairName,
    PAIR: pairName,
    NAMESPACE: namespace,
    POD: standby?.podName ?? '',
    ADDRESS: address,
    SELECTOR: `ha.milvus.io/pair=${pairName}`,
    KIND: 'statefulset',
    HOST: 'etcd',
    'YOUR-ETCD-IMAGE': milvusEtcdImage,
    ROOTPATH: 'by-dev',
    ROLE: 'rootcoord',
  };
}

/** Whether a table has the columns that the page shows, and rows. */
function looksLike(printed: string, shown: string): boolean {
  const columns = (table: string) => (table.trim().split('\n')[0] ?? '').split(/\s{2,}/);
  return printed.trim().includes('\n') && columns(printed).join('|') === columns(shown).join('|');
}
