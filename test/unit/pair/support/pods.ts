import type { ContainerView, PodView } from '../../../../src/pair/pod-view.ts';
import { changed, type Changes } from './changes.ts';
import { after, NOW } from './time.ts';

/** Hash of the template that pods of the tables are made from. */
export const TEMPLATE = 'wished';

/** Where the pods of the tables run, by name. */
const places: Readonly<Record<string, { readonly ip: string; readonly nodeName: string }>> = {
  'rootcoord-0': { ip: '10.0.0.1', nodeName: 'node-a' },
  'rootcoord-1': { ip: '10.0.0.2', nodeName: 'node-b' },
};

/** A container that has been running for ten minutes, with these changes. */
export function aContainer(changes: Changes<ContainerView> = {}): ContainerView {
  return changed<ContainerView>({ id: 'containerd://first', runningSince: after(-600) }, changes);
}

/** A ready pod, with these changes. */
export function aPod(name = 'rootcoord-0', changes: Changes<PodView> = {}): PodView {
  return changed<PodView>(
    {
      name,
      namespace: 'milvus',
      uid: `uid-of-${name}`,
      ...places[name],
      hostNetwork: false,
      ready: true,
      terminating: false,
      createdAt: new Date(NOW.getTime() - 600_000),
      templateHash: TEMPLATE,
      container: aContainer(),
    },
    changes,
  );
}
