import type { ClaimFacts } from '../pod-facts.ts';
import type { Check } from './ailment.ts';
import { steps } from './advice.ts';

/** The first of the published cases: a pod that waits for a volume which nothing provides. */
export const pendingVolume: Check = ({ facts: { pods, setup } }) => {
  const found = pods.flatMap(({ name, phase, unschedulable, claims }) => {
    const claim = claims.find((candidate) => candidate.phase !== 'Bound' || candidate.terminating);
    return phase === 'Pending' &&
      claim &&
      (unschedulable === undefined || /PersistentVolumeClaim|persistentvolumeclaim|volume/.test(unschedulable))
      ? [{ name, claim }]
      : [];
  });
  const [first] = found;
  if (!first) return undefined;
  return {
    case: 'VolumePending',
    pods: found.map(({ name }) => name),
    evidence: found.map(({ name, claim }) => `${name}: ${describe(claim)}`).join('; '),
    certainty: 'Certain',
    remedy: remedyFor(first.claim, setup.name),
  };
};

function describe({ name, phase, storageClassName, terminating, events }: ClaimFacts): string {
  if (phase === undefined) return `claim ${name} does not exist`;
  const storage =
    storageClassName === undefined
      ? 'names no storage class'
      : storageClassName === ''
        ? 'refuses any storage class ("")'
        : `wants storage class ${storageClassName}`;
  const said = events.findLast(({ reason }) => reason !== 'WaitForFirstConsumer');
  const end = terminating ? ', is being deleted' : '';
  return `claim ${name} is ${phase}${end}, ${storage}${said ? `; ${said.reason}: ${said.note}` : ''}`;
}

function remedyFor({ phase, storageClassName, terminating, events }: ClaimFacts, set: string): string {
  if (terminating || phase === undefined)
    return 'Delete the pod once: a claim that is being deleted stays until no pod uses it, and a pod made before the new claim waits for ever.';
  if (phase === 'Lost')
    return 'Its volume is gone: restore the PersistentVolume, or replace this member if the others have a quorum.';
  if (storageClassName === undefined)
    return 'Make one storage class the default (annotation storageclass.kubernetes.io/is-default-class: "true"): the claims then bind by themselves within seconds. Nothing has to be deleted.';
  const missing = events.some(({ note }) => /not found/.test(note));
  if (storageClassName !== '' && !missing)
    return `Storage class ${storageClassName} is there and nothing provides the volume: look at its provisioner (its driver, quota, permissions, the zone of the node).`;
  return steps(
    storageClassName === ''
      ? 'The claim will never get a class. Choose one (kubectl get storageclass).'
      : `Create storage class ${storageClassName}, and the claims bind by themselves. If it must be another one:`,
    `Save the StatefulSet (kubectl get statefulset ${set} -o yaml), then kubectl delete statefulset ${set} --cascade=orphan. Deleting the claim alone brings the wrong class back.`,
    'Delete only claims that are Pending and were never bound, and the Pending pods.',
    'Create the claims under the same names with the right class.',
    'Create the StatefulSet again with the right class in its template; it takes up pods and claims by name.',
  );
}
