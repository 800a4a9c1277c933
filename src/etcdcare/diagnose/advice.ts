import type { Case } from './ailment.ts';

/** Joins numbered steps into one text. */
export function steps(...lines: readonly string[]): string {
  return lines.map((line, index) => `${index + 1}. ${line}`).join(' ');
}

/** What keeps every way back open, while the quorum is lost. */
const keepEverything =
  'Delete no volume claim and rename no data directory of a member before its data was copied; do not scale down: each ' +
  'intact data directory counts, and with a majority of them nothing is lost.';

/**
 * How to replace the member in a pod whose data can no longer be used (etcd 3.5, 3.6). The order is what keeps the data:
 * a member that was not removed first, or that starts empty with state `new`, never comes back or splits the cluster.
 */
export function replaceMember({ quorum, facts: { setup } }: Case, pods: readonly string[]): string {
  if (quorum.verdict !== 'Quorate') return withoutQuorum();
  if (pods.length > 1)
    return `More than one member is damaged (${pods.join(', ')}). Replace them one at a time, as follows for the first; go on only when it is healthy. ${replaceOne(setup.startUp)}`;
  return replaceOne(setup.startUp);
}

function replaceOne(startUp: Case['facts']['setup']['startUp']): string {
  const template =
    'Set updateStrategy OnDelete and ETCD_INITIAL_CLUSTER_STATE=existing (or --initial-cluster-state=existing) in the StatefulSet, then delete the pod once, so that it carries it.';
  const rejoin =
    startUp === 'G1' || startUp === 'G2' || startUp === 'G3'
      ? 'Delete the pod: this image adds its member by itself. Do not add it before.'
      : 'At a healthy member: etcdctl member add --learner with the same name and peer URL; then delete the pod; when it has caught up, etcdctl member promote.';
  return steps(
    'Save a snapshot from a healthy member (etcdctl snapshot save) and check it (etcdutl snapshot status).',
    template,
    'At a healthy member: etcdctl member remove <id of the damaged one>. Never add before removing.',
    'Rename its data directory (mv data data.bak-<date>) from a container that mounts its volume; delete nothing.',
    rejoin,
    'Wait until every member is healthy before anything else is touched.',
  );
}

function withoutQuorum(): string {
  return `The quorum is lost, so no member can be removed or added now. ${keepEverything} First bring back the members whose data is intact; then replace this one. If no majority is intact, follow the runbook etcd-quorum-lost.`;
}

/** What to do first whenever the quorum is lost. */
export const bringBackIntact = keepEverything;
