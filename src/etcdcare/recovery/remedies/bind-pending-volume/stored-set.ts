import { z } from 'zod';
import type { KubeObject, Stored } from '../../../../kube/objects.ts';
import type { EtcdStatefulSet } from '../../../setup/stateful-set.ts';
import type { Json } from '../../remedy.ts';

/** The StatefulSet as it is kept in the journal while there is none. */
export interface StoredSet {
  readonly uid: string;
  readonly generation: number;
  /** Ready to be created again. */
  readonly manifest: EtcdStatefulSet;
}

/** Fields that the API server fills in. */
const serverFields = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** Takes a StatefulSet down for the journal: everything its makers have written, with another class for claims to come. */
export function storedSet(set: Stored<EtcdStatefulSet>, claimTemplate: string, storageClassName: string): StoredSet {
  const { status: _status, ...rest } = set as Stored<EtcdStatefulSet> & { readonly status?: unknown };
  const metadata = Object.fromEntries(Object.entries(set.metadata).filter(([field]) => !serverFields.includes(field)));
  const volumeClaimTemplates = set.spec?.volumeClaimTemplates?.map((template) => {
    const { status: _claimStatus, ...kept } = template as typeof template & { readonly status?: unknown };
    return template.metadata?.name === claimTemplate ? { ...kept, spec: { ...template.spec, storageClassName } } : kept;
  });
  const manifest = {
    ...rest,
    metadata: metadata as unknown as KubeObject['metadata'],
    spec: { ...set.spec, volumeClaimTemplates },
  };
  return { uid: set.metadata.uid, generation: set.metadata.generation ?? 0, manifest: manifest as EtcdStatefulSet };
}

/** As a note of a step. */
export const asNote = (set: StoredSet): Json => set as unknown as Json;

/** How it is read back: a StatefulSet and nothing else. What its makers wrote into `spec` is the API server's to judge. */
export const storedSetSchema = z.strictObject({
  uid: z.string(),
  generation: z.int(),
  manifest: z.strictObject({
    apiVersion: z.literal('apps/v1'),
    kind: z.literal('StatefulSet'),
    metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
    spec: z.looseObject({}),
  }),
}) as unknown as z.ZodType<StoredSet>;

/** From such a note; undefined where there is none. @throws Error: it is not one. */
export const fromNote = (note: Json | undefined): StoredSet | undefined =>
  note === undefined ? undefined : storedSetSchema.parse(note);

/** Whether a StatefulSet makes its claims with that class. */
export function makesClaimsWith({ spec }: EtcdStatefulSet, claimTemplate: string, storageClassName: string): boolean {
  const template = spec?.volumeClaimTemplates?.find(({ metadata }) => metadata?.name === claimTemplate);
  return template?.spec?.storageClassName === storageClassName;
}
