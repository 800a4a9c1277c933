import { impactOf, type Impact, type WatchedRole } from '../../e2e/support/clients/impact.ts';
import type { Workload } from '../../e2e/support/clients/workload.ts';
import { wholeMilvusFolders, wholeMilvusRoles } from '../../e2e/support/whole-milvus.ts';
import { awaitBinding, isSteady, statusOf, untilStatus } from '../pair.ts';
import { milvusNamespace, operatorNamespace, release } from '../settings.ts';
import { print } from '../shell.ts';
import type { Stage } from '../stage.ts';

/** A whole Milvus with clients at work, and a watch on who holds each role in its etcd. */
export interface RunningMilvus {
  readonly workload: Workload;
  readonly roles: Readonly<Record<(typeof wholeMilvusRoles)[number], WatchedRole>>;
}

/** Something that is done to the Milvus while its clients work. */
export interface Act {
  /** In the report. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  play(stage: Stage, milvus: RunningMilvus): Promise<Impact>;
}

const inMilvus = ['--namespace', milvusNamespace];
const patience = (signal: AbortSignal) => ({ timeoutMs: 150_000, signal });

const rollout: Act = {
  name: 'rollout',
  title: 'Rollout of all three pairs, 2.3.4 to 2.3.5',
  play: async ({ shell, signal }, { workload, roles }) => {
    await untilAllSteady({ shell, signal });
    return impactOf(workload, Object.values(roles), async () => {
      await shell.show('kubectl', ['apply', '--kustomize', wholeMilvusFolders['2.3.5']]);
      const isDone = ['UpToDate', 'Ready'].map((type) => `--for=condition=${type}`);
      for (const condition of isDone)
        await shell.quietly('kubectl', [...inMilvus, 'wait', condition, 'coordinatorpairs', '--all', '--timeout=240s']);
    });
  },
};

const crashAlone: Act = {
  name: 'crashWithoutOperator',
  title: 'The ACTIVE of rootcoord is killed, the operator does not run',
  play: async (stage, { workload, roles: { rootcoord } }) => {
    const { shell, signal } = stage;
    await untilAllSteady(stage);
    const victim = await activePod(stage);
    await scaleOperator(stage, 0);
    const impact = await impactOf(workload, [rootcoord], () => kill(stage, victim));
    await scaleOperator(stage, 2);
    await untilStatus(shell, 'rootcoord', 'a STANDBY again', isSteady, patience(signal));
    return impact;
  },
};

const crash: Act = {
  name: 'crash',
  title: 'The ACTIVE of rootcoord is killed, the operator runs',
  play: async (stage, { workload, roles: { rootcoord } }) => {
    await untilAllSteady(stage);
    await awaitBinding(stage.shell, stage.signal);
    const victim = await activePod(stage);
    const impact = await impactOf(workload, [rootcoord], () => kill(stage, victim));
    await stage.shell.show('kubectl', [...inMilvus, 'events', '--for', 'coordinatorpair/rootcoord']);
    return impact;
  },
};

const switchover: Act = {
  name: 'switchover',
  title: 'A switchover of rootcoord',
  play: async (stage, { workload, roles: { rootcoord } }) => {
    const { shell, signal } = stage;
    await untilAllSteady(stage);
    const token = 'demo';
    return impactOf(workload, [rootcoord], async () => {
      const annotation = `ha.milvus.io/switchover=${token}`;
      await shell.show('kubectl', [...inMilvus, 'annotate', 'coordinatorpair', 'rootcoord', annotation]);
      const isAnswered = ({ lastSwitchover }: { lastSwitchover?: { token: string } }) =>
        lastSwitchover?.token === token;
      const { lastSwitchover } = await untilStatus(shell, 'rootcoord', 'the answer', isAnswered, patience(signal));
      if (lastSwitchover?.result !== 'Completed')
        throw new Error(`The switchover ended with ${lastSwitchover?.result}: ${lastSwitchover?.reason}`);
    });
  },
};

/** In the order in which they are played: all but the first one on one release. */
export const acts: readonly Act[] = [rollout, crashAlone, crash, switchover];

async function untilAllSteady({ shell, signal }: Pick<Stage, 'shell' | 'signal'>): Promise<void> {
  for (const role of wholeMilvusRoles)
    await untilStatus(shell, role, 'an ACTIVE, a STANDBY and no change under way', isSteady, patience(signal));
}

async function activePod({ shell }: Stage): Promise<string> {
  const { active } = await statusOf(shell, 'rootcoord');
  if (active?.podName === undefined) throw new Error('rootcoord has no ACTIVE');
  return active.podName;
}

async function kill({ cluster }: Stage, pod: string): Promise<void> {
  print(`\nKilling the container of ${pod}, which is ACTIVE, with SIGKILL.`);
  await cluster.killContainer({ namespace: milvusNamespace, pod });
}

async function scaleOperator({ shell }: Stage, replicas: number): Promise<void> {
  const place = ['--namespace', operatorNamespace];
  await shell.show('kubectl', [...place, 'scale', 'deployment', release, `--replicas=${replicas}`]);
  const pods = ['pod', '--selector', 'app.kubernetes.io/component=operator'];
  if (replicas === 0) await shell.quietly('kubectl', [...place, 'wait', '--for=delete', ...pods, '--timeout=60s']);
  else await shell.quietly('kubectl', [...place, 'rollout', 'status', `deployment/${release}`, '--timeout=120s']);
}
