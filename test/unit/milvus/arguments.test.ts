import { describe, expect, it } from '@jest/globals';
import { coordinatorArgs, electedRoles, registeredRoles } from '../../../src/milvus/arguments.ts';

const v22 = { major: 2, minor: 2, patch: 16 };
const v25 = { major: 2, minor: 5, patch: 10 };
const v26 = { major: 2, minor: 6, patch: 0, suffix: 'rc1' };

describe('the arguments of a coordinator', () => {
  it('name a single role as it is', () => {
    expect(coordinatorArgs('rootcoord', v25)).toEqual(['milvus', 'run', 'rootcoord']);
    expect(coordinatorArgs('indexcoord', v22)).toEqual(['milvus', 'run', 'indexcoord']);
  });

  it('list every role for all in one process before 2.6', () => {
    expect(coordinatorArgs('mixcoord', v25)).toEqual([
      'milvus',
      'run',
      'mixture',
      '-rootcoord',
      '-querycoord',
      '-datacoord',
      '-indexcoord',
    ]);
  });

  it('name mixcoord from the first candidate of 2.6 on', () => {
    expect(coordinatorArgs('mixcoord', v26)).toEqual(['milvus', 'run', 'mixcoord']);
  });
});

describe('the roles that a process registers', () => {
  it('are its own', () => {
    expect(registeredRoles('querycoord', v25)).toEqual(['querycoord']);
    expect(registeredRoles('datacoord', v22)).toEqual(['datacoord']);
    expect(registeredRoles('mixcoord', v26)).toEqual(['mixcoord']);
  });

  it('include indexcoord for datacoord from 2.3 on', () => {
    expect(registeredRoles('datacoord', v25)).toEqual(['datacoord', 'indexcoord']);
  });

  it('are four for all in one process before 2.6', () => {
    expect(registeredRoles('mixcoord', v25)).toEqual(['rootcoord', 'querycoord', 'datacoord', 'indexcoord']);
  });
});

describe('the roles that are elected one by one', () => {
  it.each([
    ['mixcoord of 2.2: all four', 'mixcoord', v22, ['rootcoord', 'querycoord', 'datacoord', 'indexcoord']],
    ['mixcoord of 2.5: indexcoord follows datacoord', 'mixcoord', v25, ['rootcoord', 'querycoord', 'datacoord']],
    ['mixcoord of 2.6: itself', 'mixcoord', v26, ['mixcoord']],
    ['datacoord of 2.5: not the indexcoord it registers', 'datacoord', v25, ['datacoord']],
    ['indexcoord of 2.2: itself', 'indexcoord', v22, ['indexcoord']],
  ] as const)('%s', (_, role, version, elected) => {
    expect(electedRoles(role, version)).toEqual(elected);
  });
});
