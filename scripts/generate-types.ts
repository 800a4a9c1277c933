import { compile } from 'json-schema-to-typescript';
import type { CustomResourceDefinition, Schema } from './crd.ts';
import { firstVersion, isFreeForm, isNumberOrString, readCrd } from './crd.ts';
import type { GeneratedFile } from './generated-file.ts';
import { runGenerator } from './generated-file.ts';

type JsonSchema = Parameters<typeof compile>[0];

/** Each CRD and the file with its types. */
const kinds = [
  { crd: 'crds/coordinatorpairs.yaml', types: 'src/api/generated/coordinator-pair.ts' },
  { crd: 'crds/etcdguards.yaml', types: 'src/api/generated/etcd-guard.ts' },
  { crd: 'crds/etcdrecoveries.yaml', types: 'src/api/generated/etcd-recovery.ts' },
] as const;

const bannerOf = (path: string): string => `/*
 * Generated from ${path} by scripts/generate-types.ts: do not edit.
 *
 * The types describe an object as the API server returns it: fields with a default are there.
 */`;

const style = { bannerComment: '', format: true, style: { singleQuote: true, printWidth: 120 } };

const mapValues = (
  properties: Readonly<Record<string, Schema>>,
  change: (schema: Schema) => JsonSchema,
): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, change(schema)]));

/**
 * An OpenAPI schema of a CRD as JSON schema for the type generator. What the API server fills in is marked as required,
 * and objects that keep unknown fields stay open.
 */
export function toJsonSchema(schema: Schema): JsonSchema {
  const description = schema.description === undefined ? {} : { description: schema.description };
  if (schema['x-kubernetes-int-or-string'] === true) return { ...description, type: ['integer', 'string'] };
  if (isNumberOrString(schema)) return { ...description, type: ['number', 'string'] };
  if (schema.type === 'array') {
    return { ...description, type: 'array', items: schema.items === undefined ? {} : toJsonSchema(schema.items) };
  }
  if (schema.type === 'object') {
    const properties = isFreeForm(schema) ? {} : (schema.properties ?? {});
    const filledIn = Object.keys(properties).filter((name) => properties[name]?.default !== undefined);
    const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
    return {
      ...description,
      type: 'object',
      properties: mapValues(properties, toJsonSchema),
      required: [...new Set([...(schema.required ?? []), ...filledIn])],
      additionalProperties:
        schema.additionalProperties === undefined ? open : toJsonSchema(schema.additionalProperties),
    };
  }
  const type = schema.type as 'string' | 'integer' | 'boolean';
  return schema.enum === undefined ? { ...description, type } : { ...description, type, enum: [...schema.enum] };
}

/** The TypeScript source of `<Kind>Spec` and `<Kind>Status`. */
export async function typesOf(crd: CustomResourceDefinition, path: string): Promise<string> {
  const { kind } = crd.spec.names;
  const { spec, status } = firstVersion(crd).schema.openAPIV3Schema.properties ?? {};
  if (spec === undefined || status === undefined) throw new Error(`the CRD of ${kind} lacks spec or status`);
  const parts = [
    compile(toJsonSchema(spec), `${kind}Spec`, style),
    compile(toJsonSchema(status), `${kind}Status`, style),
  ];
  return [bannerOf(path), ...(await Promise.all(parts))].join('\n');
}

/** Every type file and what it must contain now. */
export async function typeFiles(): Promise<GeneratedFile[]> {
  return Promise.all(
    kinds.map(async ({ crd, types }) => ({ path: types, content: await typesOf(await readCrd(crd), crd) })),
  );
}

if (import.meta.main) await runGenerator('scripts/generate-types.ts', await typeFiles());
