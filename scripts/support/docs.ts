import { readFile } from 'node:fs/promises';
import { format, resolveConfig as prettierOptions } from 'prettier';
import { createMetrics } from '../../src/runtime/metrics.ts';
import { settings } from '../../src/runtime/config-settings.ts';
import type { Setting } from '../../src/runtime/config-settings.ts';
import type { GeneratedFile } from '../generated-file.ts';

/** Pages that hold tables made from the code, as they should be now. */
export async function docsFiles(): Promise<GeneratedFile[]> {
  return [
    await page('docs/configuration.md', { settings: settingsTable() }),
    await page('docs/metrics.md', {
      pairs: metricsTable(/^coordinatorpair_/),
      guards: metricsTable(/^etcdguard_/),
      common: metricsTable(/^(?!coordinatorpair_|etcdguard_|process_|nodejs_)/),
    }),
  ];
}

async function page(path: string, tables: Readonly<Record<string, string>>): Promise<GeneratedFile> {
  let text = await readFile(path, 'utf8');
  for (const [name, table] of Object.entries(tables)) text = replaceTable(text, name, table);
  return { path, content: await format(text, { ...(await prettierOptions(path)), parser: 'markdown' }) };
}

/**
 * Puts a table between its two marks.
 *
 * @throws Error when the text lacks the marks.
 */
export function replaceTable(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- table ${name}: made by scripts/sync-docs.ts -->`, `<!-- end of table ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page lacks the marks ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`);
  return lines.join('\n');
}

const escapeCell = (cell: string) => cell.replaceAll(/[|<]/g, '\\$&');

function settingsTable(): string {
  const rows = Object.values<Setting<unknown>>(settings).map((setting) => [
    `\`${setting.flag}\``,
    `\`${setting.env}\``,
    defaultOf(setting),
    `${setting.help} Must be ${setting.accepts}.`,
  ]);
  return tableOf(['flag', 'environment variable', 'default', 'meaning'], rows);
}

function defaultOf(setting: Setting<unknown>): string {
  if (setting.default === undefined) return setting.defaultHelp ?? 'unset';
  return setting.default === '' ? 'empty' : `\`${setting.default}\``;
}

function metricsTable(names: RegExp): string {
  const { registry } = createMetrics({ controller: '', concurrency: 1, leaseName: '', version: '' });
  const rows = registry
    .getMetricsAsArray()
    .filter(({ name }) => names.test(name))
    .map((metric) => [
      `\`${metric.name}\``,
      // prom-client's own typing says that the type is a number; it is the word that a scrape shows.
      String(metric.type),
      labelsOf(metric),
      metric.help,
    ]);
  return tableOf(['metric', 'type', 'labels', 'meaning'], rows);
}

/** prom-client keeps the names of the labels with each metric, but does not say so in its types. */
function labelsOf(metric: object): string {
  const names = 'labelNames' in metric && Array.isArray(metric.labelNames) ? (metric.labelNames as string[]) : [];
  return names.map((name) => `\`${name}\``).join(', ');
}
