import { describe, expect, it } from '@jest/globals';
import type { Member } from '../../../../src/pair/decide/members.ts';
import { roleLabelChanges, roleLabelRemovals } from '../../../../src/pair/decide/role-labels.ts';
import { aPod } from '../support/pods.ts';
import { aSession } from '../support/sessions.ts';

const active = (name: string, roleLabel?: string): Member => ({
  state: 'Active',
  holder: true,
  session: aSession(7n, name),
  pod: aPod(name, { roleLabel }),
});
const standby = (name: string, roleLabel?: string): Member => ({
  state: 'Standby',
  holder: false,
  session: aSession(8n, name),
  pod: aPod(name, { roleLabel }),
});
const unregistered = (name: string, roleLabel?: string): Member => ({
  state: 'Starting',
  holder: false,
  pod: aPod(name, { roleLabel }),
});
const shown = (members: readonly Member[]) =>
  roleLabelChanges(members).map(({ podName, role }) => `${podName}=${role ?? 'none'}`);

describe('role labels', () => {
  it.each<[string, readonly Member[], readonly string[]]>([
    ['stay when they are right', [active('rootcoord-0', 'active'), standby('rootcoord-1', 'standby')], []],
    [
      'are put on new pods',
      [active('rootcoord-0'), standby('rootcoord-1')],
      ['rootcoord-1=standby', 'rootcoord-0=active'],
    ],
    [
      'leave the old ACTIVE before they come to the new one',
      [active('rootcoord-0', 'standby'), standby('rootcoord-1', 'active')],
      ['rootcoord-1=standby', 'rootcoord-0=active'],
    ],
    [
      'leave it first in the other order too',
      [unregistered('rootcoord-0', 'active'), active('rootcoord-1', 'standby')],
      ['rootcoord-0=none', 'rootcoord-1=active'],
    ],
    ['come off a pod that is not registered', [unregistered('rootcoord-0', 'standby')], ['rootcoord-0=none']],
    [
      'stay on an ACTIVE that is being deleted and still holds the role',
      [{ ...active('rootcoord-0', 'active'), state: 'Terminating' }],
      [],
    ],
    ['touch no pod for a registration without one', [{ state: 'Gone', holder: true, session: aSession(7n) }], []],
  ])('%s', (_, members, expected) => {
    expect(shown(members)).toEqual(expected);
  });

  it('name the pod by its uid', () => {
    expect(roleLabelChanges([active('rootcoord-0')])).toEqual([
      { podName: 'rootcoord-0', podUID: 'uid-of-rootcoord-0', role: 'active' },
    ]);
  });

  it('come off every pod that has one when nothing of ours may be left', () => {
    const pods = [aPod('rootcoord-0', { roleLabel: 'active' }), aPod('rootcoord-1')];
    expect(roleLabelRemovals(pods)).toEqual([{ podName: 'rootcoord-0', podUID: 'uid-of-rootcoord-0' }]);
  });
});
