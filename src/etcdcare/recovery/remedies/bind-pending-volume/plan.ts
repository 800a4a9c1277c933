import { z } from 'zod';
import type { Stored } from '../../../../kube/objects.ts';
import type { Json, Planned } from '../../remedy.ts';
import type { Claim, EtcdWorld } from '../../world.ts';

/** While something outside has to happen, milliseconds. */
const LOOK_MS = 5_000;

/** What {@link planBindPendingVolume} plans with. */
export const bindDetailsSchema = z.strictObject({
  storageClassName: z.string().min(1),
  claims: z.array(z.strictObject({ pod: z.string(), name: z.string(), uid: z.string() })),
});

/** A claim that nothing provides a volume for, and the pod that waits for it. */
export type PendingClaim = Readonly<z.infer<typeof bindDetailsSchema>['claims'][number]>;

/**
 * Judges what can be done about claims that wait. Pure.
 *
 * @param classExists whether the guard's storage class is there; undefined: not known
 */
export function planBindPendingVolume(world: EtcdWorld, classExists: boolean | undefined): Planned {
  const { storageClassName } = world.guard.spec;
  const pending = [...world.claims].filter(([, claim]) => !wasBound(claim));
  const name = world.set.metadata.name;
  if (pending.length === 0) return { state: 'Refused', why: 'every volume claim of this etcd has its volume' };
  const names = pending.map(([, claim]) => claim.metadata.name).join(', ');
  if (pending.some(([, { metadata }]) => metadata.deletionTimestamp !== undefined))
    return { state: 'Waiting', why: `waits for claims that are being deleted among ${names}`, againMs: LOOK_MS };
  if (storageClassName === undefined) return withoutClass(world, pending, names);
  if (classExists === false)
    return {
      state: 'Refused',
      why: `there is no storage class ${storageClassName}, which spec.storageClassName of EtcdGuard ${world.guard.metadata.name} names: create it, or name one that is there (kubectl get storageclass)`,
    };
  const wrong = pending.filter(([, { spec }]) => spec?.storageClassName !== storageClassName);
  if (wrong.length === 0)
    return {
      state: 'Refused',
      why: `${names} ask for storage class ${storageClassName} already, and nothing provides a volume: look at its provisioner (its driver, quota, permissions, the zone of the node)`,
    };
  const running = wrong.find(([pod]) => world.facts.pods.some((one) => one.name === pod && one.nodeName !== undefined));
  if (running)
    return {
      state: 'Waiting',
      why: `pod ${running[0]} has a node, so its claim may be bound at any moment`,
      againMs: LOOK_MS,
    };
  const claims = wrong.map(([pod, { metadata }]): PendingClaim => ({ pod, name: metadata.name, uid: metadata.uid }));
  const anyBound = pending.length < world.claims.size;
  return {
    state: 'Planned',
    plan: {
      steps: [
        `keep the manifest of StatefulSet ${name} in the journal (ConfigMap etcd-recovery-${name}), then delete the StatefulSet with its pods left running`,
        `delete claims ${claims.map((claim) => claim.name).join(', ')}, which never had a volume, and the pods that wait for them`,
        `create StatefulSet ${name} again with storage class ${storageClassName} in its claim template; it takes up the pods and claims that are there and makes the others`,
        'see that the claims are bound and their pods run',
      ],
      mayLose: 'nothing: a claim that never had a volume holds nothing; one that has a volume is not touched',
      undo: `the StatefulSet differs by its storage class only: set ${storageClassName} in the values of the chart too, or its next upgrade fails, as claim templates cannot be changed`,
      evidence: world.ailment?.case === 'VolumePending' ? world.ailment.evidence : `${names} have no volume`,
      details: { storageClassName, claims: claims.map((claim): Json => ({ ...claim })) },
      ...(anyBound ? { needsPerson: true } : {}),
    },
  };
}

/** Whether a claim has, or ever had, a volume: there may be data on it. */
export function wasBound({ metadata, spec, status }: Claim): boolean {
  const phase = status?.phase ?? 'Pending';
  return (
    spec?.volumeName !== undefined ||
    phase !== 'Pending' ||
    metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined
  );
}

function withoutClass(
  world: EtcdWorld,
  pending: readonly (readonly [string, Stored<Claim>])[],
  names: string,
): Planned {
  const named = pending.flatMap(([, { spec }]) => spec?.storageClassName ?? []);
  const [first] = named;
  const guard = `spec.storageClassName of EtcdGuard ${world.guard.metadata.name}`;
  if (first === undefined)
    return {
      state: 'Waiting',
      why: `${names} name no storage class, and none is the default: make one the default (annotation storageclass.kubernetes.io/is-default-class: "true") and they are bound by themselves within seconds, or name one in ${guard}. Nothing has to be deleted`,
      againMs: LOOK_MS,
    };
  return {
    state: 'Refused',
    why: `${names} ask for ${first === '' ? 'no storage class at all ("")' : `storage class ${first}`}: create that class, or name another one in ${guard}`,
  };
}
