import type { CustomResourceDefinition, PrinterColumn, Rule, Schema } from './crd.ts';
import { firstVersion, isFreeForm, isNumberOrString } from './crd.ts';

/** A field of an API object, as the reference shows it. */
interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** Text inside a table cell: no line breaks, and a bar does not end the cell. */
export const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();

function typeOf(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (isNumberOrString(schema)) return 'number or string';
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`;
  if (schema.type === 'object' && schema.additionalProperties !== undefined) {
    return `map of ${typeOf(schema.additionalProperties)}`;
  }
  if (schema.format === 'date-time') return 'time';
  return schema.type ?? 'anything';
}

function limitsOf(schema: Schema): string[] {
  const limits: string[] = [];
  const limit = (value: number | undefined, words: (value: number) => string): void => {
    if (value !== undefined) limits.push(words(value));
  };
  limit(schema.minimum, (value) => `at least ${value}`);
  limit(schema.maximum, (value) => `at most ${value}`);
  limit(schema.minItems, (value) => `at least ${value} ${value === 1 ? 'entry' : 'entries'}`);
  limit(schema.maxItems, (value) => `at most ${value} entries`);
  limit(schema.maxProperties, (value) => `at most ${value} keys`);
  if (schema.enum === undefined && schema.format !== 'date-time') {
    limit(schema.maxLength, (value) => `at most ${value} characters`);
  }
  return limits;
}

function fieldsBelow(schema: Schema, path: string): Field[] {
  if (isFreeForm(schema)) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const field: Field = { path: here, schema: child, required: schema.required?.includes(name) ?? false };
    const inner = child.type === 'array' ? (child.items ?? {}) : child;
    return [field, ...fieldsBelow(inner, child.type === 'array' ? `${here}[]` : here)];
  });
}

/** Objects are filled in only so that the defaults of their fields apply: that is no default worth showing. */
function presetOf(value: unknown): string {
  return value === undefined || typeof value === 'object' ? '' : `\`${JSON.stringify(value).replaceAll('"', '')}\``;
}

function fieldRow({ path, schema, required }: Field): string {
  const values = schema.enum === undefined ? '' : ` One of ${schema.enum.map((value) => `\`${value}\``).join(', ')}.`;
  const limits = limitsOf(schema);
  const limited = limits.length === 0 ? '' : ` (${limits.join(', ')})`;
  const preset = required ? 'required' : presetOf(schema.default);
  return `| \`${path}\` | ${typeOf(schema)}${limited} | ${preset} | ${cell((schema.description ?? '') + values)} |`;
}

function fieldTable(schema: Schema, part: string): string[] {
  return [
    '| field | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...fieldsBelow(schema, part).map(fieldRow),
  ];
}

function rulesBelow(schema: Schema, path: string): { readonly path: string; readonly rule: Rule }[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map((rule) => ({
    path: `${path}${rule.fieldPath ?? ''}` || 'metadata.name',
    rule,
  }));
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    rulesBelow(child, path === '' ? name : `${path}.${name}`),
  );
  return [...own, ...inner, ...(schema.items === undefined ? [] : rulesBelow(schema.items, `${path}[]`))];
}

function columnRow({ name, description, priority = 0 }: PrinterColumn): string {
  return `| ${name.toUpperCase()} | ${priority === 0 ? 'always' : '`-o wide`'} | ${cell(description)} |`;
}

function shortNamesOf(names: readonly string[] = []): string {
  return names.length === 0 ? '' : `, short names ${names.map((name) => `\`${name}\``).join(', ')}`;
}

/** The reference page of a kind: its columns, every field of spec and status, and the rules that the API server checks. */
export function referenceOf(crd: CustomResourceDefinition): string {
  const { group, names } = crd.spec;
  const { name: version, additionalPrinterColumns, schema } = firstVersion(crd);
  const root = schema.openAPIV3Schema;
  const { spec = {}, status = {} } = root.properties ?? {};
  return [
    `# ${names.kind}`,
    '',
    cell(root.description ?? ''),
    '',
    `API \`${group}/${version}\`, resource \`${names.plural}\`${shortNamesOf(names.shortNames)}.`,
    `The same text is in \`kubectl explain ${names.kind.toLowerCase()}.spec\`.`,
    '',
    `## Columns of \`kubectl get ${names.plural}\``,
    '',
    '| column | shown | meaning |',
    '| --- | --- | --- |',
    `| NAME | always | The name of the ${names.kind}. |`,
    ...additionalPrinterColumns.map(columnRow),
    '',
    '## Spec',
    '',
    ...fieldTable(spec, 'spec'),
    '',
    '## Rules',
    '',
    'Beside the types and limits above, the API server refuses an object unless all of this holds.',
    '',
    '| about | what must be so |',
    '| --- | --- |',
    ...rulesBelow(root, '').map(({ path, rule }) => `| \`${path}\` | ${cell(rule.message)} |`),
    '',
    '## Status',
    '',
    ...fieldTable(status, 'status'),
    '',
  ].join('\n');
}
