import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import { createHash } from 'node:crypto';
import { pairLabels } from '../../api/names.ts';
import type { ObjectMeta, OwnerReference } from '../../kube/objects.ts';
import type { Role } from '../../milvus/roles.ts';
import type { MilvusVersion } from '../../milvus/version.ts';

/** What children are rendered from: the spec alone, and what it refers to. Never the operator's own version. */
export interface RenderInput {
  readonly pair: CoordinatorPair;
  readonly role: Role;
  readonly version: MilvusVersion;
  /** Content of the user.yaml that the pods mount; absent when the spec has no config. */
  readonly userConfig?: string;
  /** What the pods were last restarted for, by request. */
  readonly restartToken?: string;
}

/** Metadata of a child: owned by the pair, so that it goes when the pair goes. */
export function childMeta(pair: CoordinatorPair, name: string): ObjectMeta {
  return {
    name,
    namespace: pair.metadata.namespace,
    labels: pairLabels(pair.metadata.name, pair.spec.role),
    ownerReferences: [controlledBy(pair)],
  };
}

function controlledBy(pair: CoordinatorPair): OwnerReference {
  return {
    apiVersion: pair.apiVersion,
    kind: pair.kind,
    name: pair.metadata.name,
    uid: pair.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A short hash of any JSON value, the same whatever the order of its keys. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonicalJson(child)}`).join(',')}}`;
}
