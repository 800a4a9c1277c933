import type { StatefulSet } from '../../kube/core-types.ts';
import { driftOf } from '../../kube/drift.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { CONTAINER_NAME } from '../pod-view.ts';
import type { PairFacts } from '../facts.ts';

/**
 * What a rollout would change in the pods, for people: the image by its name, the rest by where it differs. The
 * operator's own marks say nothing to them.
 *
 * @returns undefined where there is no StatefulSet yet.
 */
export function templateChange({ children }: Pick<PairFacts, 'children'>): string | undefined {
  const { desired, live } = children.find((child) => child.desired.kind === 'StatefulSet') ?? {};
  if (!desired || !live) return undefined;
  const [before, after] = [imageIn(live), imageIn(desired)];
  const image = before !== after && before !== undefined && after !== undefined ? [`image ${before} to ${after}`] : [];
  const paths = driftOf(desired, live)
    .filter((path) => path.startsWith('spec.template.') && !path.includes('ha.milvus.io/'))
    .filter((path) => !path.endsWith(`[${CONTAINER_NAME}].image`))
    .map((path) => path.replace('spec.template.', ''));
  return [...image, ...paths].join(', ');
}

function imageIn(statefulSet: KubeObject): string | undefined {
  const { containers = [] } = ((statefulSet as StatefulSet).spec?.template?.spec ?? {}) as {
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
  };
  return containers.find(({ name }) => name === CONTAINER_NAME)?.image;
}
