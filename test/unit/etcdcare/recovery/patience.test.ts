import { describe, expect, it } from '@jest/globals';
import { waitedTooLong } from '../../../../src/etcdcare/recovery/patience.ts';
import { now } from '../support/facts.ts';
import { recovery } from './support.ts';

const madeBefore = (minutes: number) =>
  recovery({}, {}, { createdAt: new Date(now.getTime() - minutes * 60_000).toISOString() });

describe('planning that waits for something that does not come', () => {
  it('ends after half an hour, with what it waited for', () => {
    expect(waitedTooLong(madeBefore(30), 'no member answers', now)).toBeUndefined();
    expect(waitedTooLong(madeBefore(30.1), 'no member answers', now)).toBe(
      'no plan could be made within 30 minutes: no member answers. Make another EtcdRecovery when that is over',
    );
  });
});
