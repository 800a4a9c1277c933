import type { Member } from './members.ts';
import { howItEnded, whyNotStarted } from './not-started.ts';

/** A container that waits for one of these reasons does not come up by waiting; a registry gets this long. */
export const HOPELESS_AFTER_MS = 120_000;
const HOPELESS_REASONS = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'ErrImageNeverPull',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
]);

/** From when on a renewed pod whose container cannot be made is no passing trouble any more; undefined: there is none. */
export function hopelessFrom(members: readonly Member[], templateHash: string): Date | undefined {
  const hopeless = members.find(
    ({ session, pod }) =>
      session === undefined &&
      pod?.templateHash === templateHash &&
      !pod.terminating &&
      HOPELESS_REASONS.has(pod.container.waiting?.reason ?? ''),
  );
  return hopeless?.pod && new Date(hopeless.pod.createdAt.getTime() + HOPELESS_AFTER_MS);
}

/** What the CRD accepts as `failedRollout.reason` (maxLength). */
const MAX_REASON_LENGTH = 1024;

/** Written down, for the pod that tells is about to be replaced. */
export function failureOf(members: readonly Member[], templateHash: string): string {
  const pod = members.find((member) => !member.session && member.pod?.templateHash === templateHash)?.pod;
  if (!pod) return 'the renewed standby was not made in time';
  const why = whyNotStarted(pod) ?? howItEnded(pod.container);
  return `${pod.name} was renewed and did not register${why === undefined ? '' : ` (${why})`}`.slice(
    0,
    MAX_REASON_LENGTH,
  );
}
