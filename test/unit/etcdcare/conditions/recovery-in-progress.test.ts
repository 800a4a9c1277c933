import { describe, expect, it } from '@jest/globals';
import type { Assessment } from '../../../../src/etcdcare/conditions/assessment.ts';
import { recoveryInProgress } from '../../../../src/etcdcare/conditions/recovery-in-progress.ts';
import { recovery } from '../recovery/support.ts';

describe('RecoveryInProgress', () => {
  it('has what to read and the command that approves, where a plan waits for a person', () => {
    const command = `kubectl patch etcdrecovery repair -n milvus --type merge -p '{"spec":{"approval":{"planHash":"abc"}}}'`;
    const waiting = recovery(
      {},
      { state: 'AwaitingApproval', message: `a person has to decide; to approve it: ${command}` },
    );
    const { reason, message } = recoveryInProgress({ recoveries: [waiting] } as unknown as Assessment);
    expect(reason).toBe('AwaitingApproval');
    expect(message).toContain('kubectl describe etcdrecovery repair -n milvus');
    expect(message).toContain(command);
  });
});
