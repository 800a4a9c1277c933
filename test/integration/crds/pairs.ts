import type { ApiServerAccess } from '../support/api-server.ts';

/** A manifest as a user would write it: what the API server fills in is left out. */
export interface PairManifest {
  readonly apiVersion: 'ha.milvus.io/v1alpha1';
  readonly kind: 'CoordinatorPair';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A rule of the CRD: a manifest that it accepts, one that it refuses, and the whole sentence of the refusal. */
export interface RuleExample {
  readonly about: string;
  readonly accepted: PairManifest;
  readonly refused: PairManifest;
  readonly sentence: string;
}

/** The smallest useful spec. */
export const minimalSpec = {
  role: 'rootcoord',
  image: 'milvusdb/milvus:v2.4.15',
  etcd: { endpoints: ['my-release-etcd:2379'] },
};

/** A pair with the smallest useful spec, changed in some fields; undefined takes a field out. */
export function pair(changes: Readonly<Record<string, unknown>> = {}, name = 'rootcoord'): PairManifest {
  return {
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'CoordinatorPair',
    metadata: { name },
    spec: { ...minimalSpec, ...changes },
  };
}

/** What the API server says to a manifest without storing it: the object with its defaults, or the refusal. */
export async function dryRun(
  server: ApiServerAccess,
  manifest: PairManifest,
): Promise<Record<string, unknown> | string> {
  try {
    const stored = await server.kubectl(
      ['create', '--dry-run=server', '-o', 'json', '-f', '-'],
      JSON.stringify(manifest),
    );
    return JSON.parse(stored) as Record<string, unknown>;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
