import { z } from 'zod';
import { statefulSetKind } from '../../../kube/kinds.ts';
import { scaledBy } from '../../milvus/scaled-by.ts';
import { fenceMark } from '../../setup/fenced.ts';
import { startsExisting, withStateExisting } from '../../setup/initial-state.ts';
import type { Container } from '../../setup/stateful-set.ts';
import type { Planned, Planning, Remedy, Step } from '../remedy.ts';
import type { EtcdWorld } from '../world.ts';
import { etcdContainer } from './replace-member/replacement.ts';
import { quorumIsBack } from './stop-etcd.ts';

const AGAIN_MS = 1_000;
/** Pods end within their grace period. */
const GONE_WITHIN_MS = 600_000;

/**
 * Stops an etcd that has lost its quorum and whose members without data would form a second cluster as soon as the one
 * with data is silent. It stays stopped: what comes next restores all members from one, with a person's approval.
 */
export const fenceEtcd: Remedy = {
  action: 'Fence',
  plan: (planning) => Promise.resolve(plan(planning)),
  details: z.strictObject({}),
  notes: z.strictObject({}),
  steps: [scaleToZero(), podsGone()],
};

function plan({ world }: Planning): Planned {
  const { facts, quorum, ailment } = world;
  const { name, namespace, replicas, fencedBy } = facts.setup;
  if (quorum.verdict === 'Quorate')
    return { state: 'Refused', why: 'etcd has a quorum: members without data cannot form a second cluster' };
  if (fencedBy !== undefined) return { state: 'Refused', why: `EtcdRecovery ${fencedBy} has stopped it already` };
  if (ailment?.case !== 'SplitBrainRisk')
    return {
      state: 'Waiting',
      why: 'waits: it is not certain that the quorum is lost and that members without data start with initial-cluster-state new',
      againMs: AGAIN_MS,
    };
  const existing = stateExisting(world);
  return {
    state: 'Planned',
    plan: {
      steps: [
        `scale StatefulSet ${name} from ${replicas} to 0${existing === undefined ? '' : ', and set initial-cluster-state to existing in its template, for good'}`,
        'wait until no pod is left; etcd stays stopped until its data is restored',
      ],
      mayLose: 'nothing: no data is changed, and without a quorum nobody is served',
      undo: `kubectl -n ${namespace} scale statefulset ${name} --replicas=${replicas}${existing === undefined ? '' : '; initial-cluster-state stays existing'}`,
      evidence: ailment.evidence,
      details: {},
    },
  };
}

/** The containers of the template with the state `existing`; undefined: they have it, or where it is set cannot be seen. */
function stateExisting(world: EtcdWorld): readonly Container[] | undefined {
  const container = etcdContainer(world);
  const changed = container && !startsExisting(container) ? withStateExisting(container) : undefined;
  if (!changed) return undefined;
  return world.set.spec?.template?.spec?.containers?.map((one) => (one === container ? changed : one));
}

/** In one write: an etcd that somebody scales up right after does not split either. */
function scaleToZero(): Step {
  return {
    name: 'ScaleToZero',
    safeToStop: true,
    run: async (work) => {
      const world = await work.look();
      const { facts, quorum, set } = world;
      if (facts.setup.replicas === 0)
        return { state: 'Done', message: `StatefulSet ${facts.setup.name} is scaled to 0` };
      const over = quorumIsBack(world, work);
      if (over) return over;
      if (quorum.verdict !== 'Lost')
        return { state: 'Waiting', message: 'waits: that the quorum is lost is not certain now', againMs: AGAIN_MS };
      const { name, namespace, uid, resourceVersion } = set.metadata;
      const containers = stateExisting(world);
      const spec = { replicas: 0, ...(containers ? { template: { spec: { containers } } } : {}) };
      const patch = { metadata: { uid, resourceVersion }, spec };
      await work.client.mergePatch(statefulSetKind, name, namespace, patch, { signal: work.signal });
      return { state: 'Waiting', message: 'scales to 0', againMs: 0 };
    },
  };
}

function podsGone(): Step {
  return {
    name: 'PodsGone',
    safeToStop: false,
    withinMs: GONE_WITHIN_MS,
    run: async (work) => {
      const { facts, set } = await work.look();
      const { name, namespace, uid, resourceVersion, generation } = set.metadata;
      if (facts.setup.replicas > 0)
        return { state: 'Waiting', message: `etcd was started again: ${scaledBy(set)}`, againMs: AGAIN_MS };
      if (facts.pods.length > 0)
        return {
          state: 'Waiting',
          message: `waits for ${facts.pods.map((pod) => pod.name).join(', ')} to end`,
          againMs: AGAIN_MS,
        };
      if (facts.setup.fencedBy === undefined) {
        const annotations = fenceMark(work.recovery.metadata.name, generation);
        const patch = { metadata: { uid, resourceVersion, annotations } };
        await work.client.mergePatch(statefulSetKind, name, namespace, patch, { signal: work.signal });
      }
      return {
        state: 'Done',
        message: `nothing of StatefulSet ${name} runs, so no second cluster can form; the data is brought back by another EtcdRecovery, which its guard plans`,
      };
    },
  };
}
