/**
 * Brings the tables of flags and of metrics in docs/ up to date. With --check changes nothing and ends with code 1 when
 * one is stale. Run from the checkout.
 *
 *     node scripts/sync-docs.ts [--check]
 */
import { runGenerator } from './generated-file.ts';
import { docsFiles } from './support/docs.ts';

await runGenerator('scripts/sync-docs.ts', await docsFiles());
