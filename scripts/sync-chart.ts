/**
 * Brings deploy/ up to date: the chart's CRDs from crds/, its version from package.json, install.yaml from the chart.
 * With --check changes nothing and ends with code 1 when something is stale. Run from the checkout.
 *
 *     node scripts/sync-chart.ts [--check]
 */
import { runGenerator } from './generated-file.ts';
import { chartFiles, installFile } from './support/chart.ts';

await runGenerator('scripts/sync-chart.ts', await chartFiles());
await runGenerator('scripts/sync-chart.ts', [await installFile()]);
