import { describe, expect, it } from '@jest/globals';
import type { EtcdRecoveryStatus } from '../../../../src/api/etcd-recovery.ts';
import { countsFor, recordFor } from '../../../../src/etcdcare/recovery/journal-proof.ts';

/** A recovery's status and its journal, both as the API server keeps them, and operators that write them in turn. */
class Kept {
  journal: string | undefined;
  status: EtcdRecoveryStatus['journal'];

  /** An operator has read both; its write comes about when it is called, unless somebody has written the journal since. */
  announce(next: string): () => boolean {
    const read = this.journal;
    this.status = recordFor('etcd', this.status, read, next);
    return () => {
      if (this.journal !== read) return false;
      this.journal = next;
      return true;
    };
  }

  /** One write that goes through. */
  write(next: string): void {
    expect(this.announce(next)()).toBe(true);
  }

  get counts(): boolean {
    const { journal: digest = '', status } = this;
    return countsFor(
      { status: status ? { journal: status } : {} },
      { digest, unreadable: 'its text is of no matter here', resourceVersion: '1' },
    );
  }
}

describe('a journal', () => {
  it('counts wherever the operator dies between the status and the journal, and after both', () => {
    const kept = new Kept();
    kept.write('1');
    expect(kept.counts).toBe(true);
    kept.announce('2');
    expect(kept.counts).toBe(true);
    kept.write('2');
    expect(kept.counts).toBe(true);
  });

  it('counts when a write of an operator that was held up comes late, in place of what another one announced', () => {
    const kept = new Kept();
    kept.write('1');
    const heldUp = kept.announce('2');
    const other = kept.announce('2 of another operator');
    expect(heldUp()).toBe(true);
    expect(kept.counts).toBe(true);
    expect(other()).toBe(false);
    kept.write('3');
    expect(kept.counts).toBe(true);
  });

  it('does not count once it was replaced twice, nor when the operator never wrote it', () => {
    const kept = new Kept();
    for (const version of ['1', '2', '3']) kept.write(version);
    for (const forged of ['1', 'written by somebody else']) {
      kept.journal = forged;
      expect(kept.counts).toBe(false);
    }
  });

  it('counts after any number of writes that came to nothing, within what the status may hold', () => {
    const kept = new Kept();
    kept.write('1');
    for (let attempt = 0; attempt < 40; attempt++) kept.announce(`2, attempt ${attempt}`);
    expect(kept.counts).toBe(true);
    expect(kept.status?.digests.length).toBeLessThanOrEqual(16);
    kept.write('2');
    expect(kept.counts).toBe(true);
  });
});
