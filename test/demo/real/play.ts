import { writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { cacheFolder } from '../../cluster/cache.ts';
import { roleFreeMs, type Impact } from '../../e2e/support/clients/impact.ts';
import { Workload } from '../../e2e/support/clients/workload.ts';
import { EtcdWitness } from '../../e2e/support/etcd-witness.ts';
import { Kubectl } from '../../e2e/support/kubectl.ts';
import {
  addressOfWholeMilvus,
  etcdOfWholeMilvus,
  untilWholeMilvusReady,
  wholeMilvusImages,
  wholeMilvusFolders,
} from '../../e2e/support/whole-milvus.ts';
import { buildEtcdImages } from '../../images/etcd-images.ts';
import { kafkaPackages } from '../../images/kafka.ts';
import { milvusImage } from '../../images/milvus-image.ts';
import { archivesOf } from '../setup.ts';
import { milvusNamespace, pictureFile } from '../settings.ts';
import { print } from '../shell.ts';
import type { Demo, Stage } from '../stage.ts';
import { terminal } from '../terminal.ts';
import { acts, type Act, type RunningMilvus } from './acts.ts';
import { liveLine } from './live-line.ts';
import { picture } from './picture.ts';

/** A whole Milvus 2.3.5 with clients. */
export const realDemo: Demo = {
  introduction: `All of this is real: Kubernetes, etcd, Kafka, Milvus 2.3.5 with its proxy and its nodes, a client that searches, inserts and
creates collections all the while, the operator with its image and its chart. What is fetched once: Milvus 2.3.4 and 2.3.5
(115 MB, from PyPI), Kafka (41 MB, from Maven Central), a Java for it (some 50 MB, from Debian).
DEMO=stand-in plays a smaller one without them.
`,
  packages: [...kafkaPackages, 'tini', 'xz-utils'],
  fetchImages: () => {
    if (arch() !== 'x64')
      throw new Error('There is no Milvus for this processor on PyPI. Try `DEMO=stand-in make demo`.');
    return wholeMilvusImages(['2.3.4', '2.3.5']);
  },
  buildImages: async () => archivesOf(await buildEtcdImages(cacheFolder('images'), ['3.5.35'])),
  play,
  anotherImage: milvusImage('2.3.4'),
};

interface Played {
  readonly act: Act;
  readonly impact: Impact;
}

async function play(stage: Stage): Promise<object> {
  const { cluster, shell, timeLine } = stage;
  const kubectl = new Kubectl(cluster.kubeconfigPath, milvusNamespace);
  await timeLine.step('etcd, Kafka, three pairs, a proxy, three nodes', async () => {
    await shell.quietly('kubectl', ['create', 'namespace', milvusNamespace]);
    await shell.show('kubectl', ['apply', '--kustomize', wholeMilvusFolders['2.3.4']]);
    await untilWholeMilvusReady(kubectl);
    await shell.show('kubectl', ['--namespace', milvusNamespace, 'get', 'coordinatorpairs,etcdguards,pods']);
  });
  const etcd = await etcdOfWholeMilvus(kubectl);
  await using witnesses = new AsyncDisposableStack();
  const watch = async (role: string) => ({ role, etcd, witness: witnesses.use(await EtcdWitness.start(etcd, role)) });
  const [rootcoord, querycoord, datacoord] = [
    await watch('rootcoord'),
    await watch('querycoord'),
    await watch('datacoord'),
  ];
  await using workload = await timeLine.step('a collection, and clients that use it', async () =>
    Workload.start(await addressOfWholeMilvus(kubectl)),
  );
  const setupSeconds = timeLine.elapsedSeconds;
  const milvus = { workload, roles: { rootcoord, querycoord, datacoord } };
  const footer = () => liveLine(workload.operations, Date.now());
  const played = await terminal.following(footer, async () => {
    const done: Played[] = [];
    for (const act of acts) done.push(await playAct(act, stage, milvus));
    return done;
  });
  const rows = await timeLine.step('are all rows there?', () => auditRows(workload));
  await writeFile(pictureFile, drawn(played, workload));
  print(`\n${timeLine.toString()}\n`);
  print(table(played));
  print(
    `\nOf ${rows.acknowledged} rows that Milvus acknowledged, all were found. What clients saw is drawn in ${pictureFile}.`,
  );
  return { milvus: '2.3.5', setupSeconds, acts: Object.fromEntries(played.map(reported)), rows };
}

async function playAct(act: Act, stage: Stage, milvus: RunningMilvus): Promise<Played> {
  const { timeLine } = stage;
  const impact = await timeLine.step(act.title, () => act.play(stage, milvus));
  timeLine.moment(`${act.title}: it begins`, impact.interval.fromMs);
  print(`\n${act.title}: ${inWords(impact)}`);
  return { act, impact };
}

function inWords({ roles, longestGapMs: { search, insert, ddl } }: Impact): string {
  const free = roles.map(({ role, freeMs }) => `nobody served in ${role} for ${freeMs} ms.`);
  return `${free.join(' ')} The longest time without a search that succeeded: ${search} ms, without an insert: ${insert} ms, without a new collection: ${ddl} ms.`;
}

/** @throws Error when Milvus lost a row. */
async function auditRows(workload: Workload): Promise<{ readonly acknowledged: number; readonly counted: number }> {
  await workload.stop();
  const { counted, missing } = await workload.audit();
  const acknowledged = workload.acknowledged.length;
  if (missing.length > 0)
    throw new Error(`Milvus acknowledged ${acknowledged} rows and lost ${missing.length} of them.`);
  return { acknowledged, counted };
}

function drawn(played: readonly Played[], { operations }: Workload): string {
  return picture(
    played.map(({ act, impact: { interval, longestGapMs } }) => ({
      title: act.title,
      interval,
      operations,
      longestGapMs,
    })),
  );
}

function table(played: readonly Played[]): string {
  const width = Math.max(...played.map(({ act }) => act.title.length));
  const row = (title: string, cells: readonly string[]) =>
    [title.padEnd(width), ...cells.map((cell) => cell.padStart(10))].join('');
  return [
    row('milliseconds without', ['a holder', 'search', 'insert', 'DDL']),
    ...played.map(({ act, impact }) => {
      const { search, insert, ddl } = impact.longestGapMs;
      return row(act.title, [roleFreeMs(impact), search, insert, ddl].map(String));
    }),
  ].join('\n');
}

function reported({ act, impact }: Played): [string, object] {
  const { roles, longestGapMs } = impact;
  const perRole = roles.map(({ role, freeMs, holders }) => [role, { freeMs, changesOfActive: holders.length }]);
  return [
    act.name,
    { title: act.title, roleFreeMs: roleFreeMs(impact), roles: Object.fromEntries(perRole) as object, longestGapMs },
  ];
}
