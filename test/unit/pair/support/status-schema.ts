import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { load } from 'js-yaml';

interface CustomResourceDefinition {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: { readonly properties: Record<string, object> } };
    }[];
  };
}

/** Validates a status as the API server would. Unknown fields are faults: the API server would drop them. */
export function statusValidator(): ValidateFunction {
  const url = new URL('../../../../crds/coordinatorpairs.yaml', import.meta.url);
  const crd = load(readFileSync(url, 'utf8')) as CustomResourceDefinition;
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema.properties['status'];
  if (!schema) throw new Error('the CRD has no status schema');
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv, ['date-time', 'int64']);
  return ajv.compile(closed(schema) as object);
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const fields = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in fields ? { ...fields, additionalProperties: false } : fields;
}
