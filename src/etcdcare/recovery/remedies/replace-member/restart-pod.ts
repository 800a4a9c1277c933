import { podKind } from '../../../../kube/kinds.ts';
import { startsExisting } from '../../../setup/initial-state.ts';
import type { Container } from '../../../setup/stateful-set.ts';
import type { KubeObject } from '../../../../kube/objects.ts';
import type { Step } from '../../remedy.ts';
import { restartOnce } from '../restart-pod.ts';
import { approved, etcdContainer } from './replacement.ts';

const LOOK_MS = 1_000;

interface PodWithContainers extends KubeObject {
  readonly spec?: { readonly containers?: readonly Container[] };
}

/** The pod has to be one that was made from the template of now: with `new` it would not join the others. */
export const restartPod: Step = {
  name: 'RestartPod',
  safeToStop: false,
  keepsChanges: true,
  run: async (work) => {
    const { pod: name } = approved(work);
    const world = await work.look();
    const { setup, pods } = world.facts;
    const template = etcdContainer(world);
    if (!template || !startsExisting(template))
      return {
        state: 'Failed',
        keepChanges: true,
        message: `somebody took the state existing out of StatefulSet ${setup.name} again: set it by the values of the chart, then make another EtcdRecovery of the same action`,
      };
    const facts = pods.find((pod) => pod.name === name);
    const pod = await work.client.get<PodWithContainers>(podKind, name, setup.namespace, { signal: work.signal });
    if (!facts || facts.terminating || pod?.metadata.uid !== facts.uid)
      return { state: 'Waiting', message: `waits for pod ${name} to be made anew`, againMs: LOOK_MS };
    const container = pod.spec?.containers?.find((one) => one.name === setup.containerName);
    if (container && startsExisting(container)) return { state: 'Done', message: `${name} starts with existing` };
    await restartOnce(work, facts, facts.uid);
    return { state: 'Waiting', message: `${name} was deleted, to be made from the template of now`, againMs: LOOK_MS };
  },
};
