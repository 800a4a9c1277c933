import { limits } from '../../base/limits.ts';
import type { Container, EtcdStatefulSet } from './stateful-set.ts';

/** Claim templates of one StatefulSet; each is a claim to read for each pod. */
const CLAIM_TEMPLATES = 8;

/** A StatefulSet holds more of something than any etcd has; the message says of what. */
export class BeyondLimits extends Error {
  override readonly name = 'BeyondLimits';
  readonly code = 'BEYOND_LIMITS';
}

/**
 * Whoever may write a StatefulSet may write anything into it.
 *
 * @throws BeyondLimits when it holds more than an etcd can have.
 */
export function checkLimits({ spec }: EtcdStatefulSet, container: Container): void {
  const { replicas = 1, volumeClaimTemplates = [] } = spec ?? {};
  if (replicas > limits.etcdMembers)
    throw new BeyondLimits(`spec.replicas is ${replicas}, and an etcd has at most ${limits.etcdMembers} members here`);
  if (volumeClaimTemplates.length > CLAIM_TEMPLATES)
    throw new BeyondLimits(`it has more than ${CLAIM_TEMPLATES} volume claim templates`);
  if (charactersOf(container) > limits.containerCharacters)
    throw new BeyondLimits(
      `the command line and the variables of container ${container.name} have more than ${limits.containerCharacters} characters`,
    );
  if ((container.image ?? '').length > limits.imageCharacters)
    throw new BeyondLimits(
      `the image of container ${container.name} has a name of more than ${limits.imageCharacters} characters`,
    );
}

function charactersOf({ command = [], args = [], env = [], livenessProbe }: Container): number {
  const probe = [...(livenessProbe?.exec?.command ?? []), livenessProbe?.httpGet?.path ?? ''];
  const variables = env.flatMap(({ name, value = '' }) => [name, value]);
  return [...command, ...args, ...variables, ...probe].reduce((sum, text) => sum + text.length, 0);
}
