import { basename } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/**
 * Files in which an etcd is repaired begin first: they take minutes, and the others, which take seconds, fill the time beside the
 * last of them. On a new machine jest knows no times and goes by the length of the text.
 */
export default class RepairsFirst extends Sequencer {
  sort(tests) {
    const { repairs = [], others = [] } = Object.groupBy(super.sort(tests), ({ path }) =>
      basename(path).startsWith('etcd-') ? 'repairs' : 'others',
    );
    return [...repairs, ...others];
  }
}
