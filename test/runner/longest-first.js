import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import Sequencer from '@jest/test-sequencer';

const e2e = join(import.meta.dirname, '..', 'e2e');

/**
 * Files begin in the order of how long they took when they were last recorded (test/e2e/durations.json), the longest first: short
 * ones then fill the time beside the last of the long ones. A file that nobody has recorded may be long, so it begins before all.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const recorded = JSON.parse(readFileSync(join(e2e, 'durations.json'), 'utf8'));
    const seconds = ({ path }) => recorded[relative(e2e, path).replaceAll(sep, '/')] ?? Infinity;
    return [...tests].sort((a, b) => seconds(b) - seconds(a) || a.path.localeCompare(b.path));
  }
}
