import { annotations, podSelectorText } from '../api/names.ts';
import type { KubeClient } from '../kube/client.ts';
import { isForbidden } from '../kube/errors.ts';
import { controllerRevisionKind } from '../kube/kinds.ts';
import type { KubeObject, ObjectMeta } from '../kube/objects.ts';
import type { TemplateRevision } from './facts.ts';

/** apps/v1.ControllerRevision of a StatefulSet: `data` is a patch that makes the revision's template the live one. */
interface ControllerRevision extends KubeObject {
  readonly data?: { readonly spec?: { readonly template?: PatchedTemplate } };
}

interface PatchedTemplate {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: object;
}

/**
 * The templates that a StatefulSet has had, as its controller keeps them: those of all its pods and the last ten
 * (spec.revisionHistoryLimit). They carry the labels of the template (Kubernetes 1.33, pkg/controller/statefulset).
 *
 * @returns none when the operator may not list them.
 * @throws ApiError
 */
export async function templateRevisions(
  client: KubeClient,
  pair: { readonly name: string; readonly namespace: string },
  statefulSetUID: string,
  signal: AbortSignal,
): Promise<readonly TemplateRevision[]> {
  const selection = { namespace: pair.namespace, labelSelector: podSelectorText(pair.name), signal };
  try {
    const { items } = await client.list<ControllerRevision>(controllerRevisionKind, selection);
    return items.flatMap((revision) => (isOf(revision, statefulSetUID) ? templateOf(revision) : []));
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
}

function isOf({ metadata }: KubeObject, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid) ?? false;
}

function templateOf({ data }: ControllerRevision): readonly TemplateRevision[] {
  const { metadata = {}, spec } = data?.spec?.template ?? {};
  const hash = metadata.annotations?.[annotations.templateHash];
  if (hash === undefined || !spec) return [];
  // Go writes an empty creationTimestamp as null, which apply would take for a wish.
  const { creationTimestamp: _created, ...wished } = metadata;
  return [{ hash, template: { metadata: wished, spec } }];
}
