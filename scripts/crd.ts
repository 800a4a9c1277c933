import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';

/** The part of an OpenAPI schema inside a CustomResourceDefinition that this project's CRDs use. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly 'x-kubernetes-validations'?: readonly Rule[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** A CEL rule: what must hold, and the sentence a user reads when it does not. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly description: string;
  readonly priority?: number;
}

/** A CustomResourceDefinition, as far as the generators read it. */
export interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly singular?: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/**
 * Reads a CRD of this project; our own files need no validation beyond what the API server does in the tests.
 *
 * @throws when the file cannot be read or is not YAML
 */
export async function readCrd(path: string): Promise<CustomResourceDefinition> {
  return load(await readFile(path, 'utf8')) as CustomResourceDefinition;
}

/**
 * The version of a CRD that these generators describe: the first.
 *
 * @throws when it has none
 */
export function firstVersion(crd: CustomResourceDefinition): CustomResourceDefinition['spec']['versions'][number] {
  const version = crd.spec.versions[0];
  if (version === undefined) throw new Error(`the CRD of ${crd.spec.names.kind} has no version`);
  return version;
}

/** Whether a value is a text or a number, fractions too: what resource.Quantity of Kubernetes reads. */
export function isNumberOrString(schema: Schema): boolean {
  return schema.type === undefined && schema.minimum !== undefined && schema.maxLength !== undefined;
}

/**
 * Whether an object is the user's own: it keeps unknown fields and needs none. What its schema says of single fields
 * only serves validation.
 */
export function isFreeForm(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true && schema.required === undefined;
}
