import { describe, expect, it } from '@jest/globals';
import { startsExisting, withStateExisting } from '../../../../src/etcdcare/setup/initial-state.ts';

const name = 'etcd';
const variable = (value: string) => [{ name: 'ETCD_INITIAL_CLUSTER_STATE', value }];

describe('the state existing', () => {
  it.each([
    ['a variable that says new', { env: variable('new') }, { env: variable('existing') }],
    ['no word of it', {}, { env: variable('existing') }],
    [
      'a flag in one word',
      { command: ['etcd', '--initial-cluster-state=new'] },
      { command: ['etcd', '--initial-cluster-state=existing'] },
    ],
    [
      'a flag in two words',
      { args: ['--initial-cluster-state', 'new', '--name', 'new'] },
      { args: ['--initial-cluster-state', 'existing', '--name', 'new'] },
    ],
    [
      'a flag in a script',
      { args: ['-c', 'exec etcd --initial-cluster-state new --name x'] },
      { args: ['-c', 'exec etcd --initial-cluster-state existing --name x'] },
    ],
    [
      'a flag before a variable',
      { args: ['--initial-cluster-state=new'], env: variable('new') },
      { args: ['--initial-cluster-state=existing'], env: variable('new') },
    ],
  ])('is set where there is %s', (_about, before, after) => {
    expect(startsExisting({ name, ...before })).toBe(false);
    expect(withStateExisting({ name, ...before })).toEqual({ name, ...after });
    expect(startsExisting({ name, ...after })).toBe(true);
  });

  it('is left as it is where it stands already', () => {
    const container = { name, args: ['--initial-cluster-state=existing'] };
    expect(withStateExisting(container)).toEqual(container);
  });

  it('cannot be set where the value comes from elsewhere', () => {
    expect(withStateExisting({ name, args: ['--initial-cluster-state=$(STATE)'] })).toBeUndefined();
    const fieldRef = { fieldPath: "metadata.annotations['state']" };
    expect(
      withStateExisting({ name, env: [{ name: 'ETCD_INITIAL_CLUSTER_STATE', valueFrom: { fieldRef } }] }),
    ).toBeUndefined();
  });
});
