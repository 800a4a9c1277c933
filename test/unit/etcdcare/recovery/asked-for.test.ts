import { describe, expect, it } from '@jest/globals';
import type { AilmentCase } from '../../../../src/api/etcd-guard.ts';
import type { Ailment } from '../../../../src/etcdcare/diagnose/ailment.ts';
import { isOver } from '../../../../src/etcdcare/recovery/asked-for.ts';
import { recovery } from './support.ts';

const seen = (name: AilmentCase): { readonly ailment: Ailment } => ({
  ailment: { case: name, pods: [], evidence: '', certainty: 'Certain', remedy: '' },
});

describe('a recovery that a guard asked for', () => {
  const asked = recovery({ action: 'RestartQuorum' }, {}, { forCase: 'QuorumLost' });

  it('is over when nothing ails the etcd any more, or something else does', () => {
    expect(isOver(asked, {})).toBe(true);
    expect(isOver(asked, seen('ImagePullFailed'))).toBe(true);
    expect(isOver(asked, seen('NoSpaceAlarm'))).toBe(true);
  });

  it.each(['QuorumLost', 'AllMembersDown', 'DataDamaged', 'StartingUp', 'Unrecognised', 'OperatorBlind'] as const)(
    'is not over while members crash in turn and %s is what one look finds',
    (name) => {
      expect(isOver(asked, seen(name))).toBe(false);
    },
  );

  it('is never over when a person made it', () => {
    expect(isOver(recovery({ action: 'RestartQuorum' }), {})).toBe(false);
  });
});
