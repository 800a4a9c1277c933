import { describe, expect, it } from '@jest/globals';
import { coordinatorArgs, registeredRoles } from '../../../src/milvus/arguments.ts';

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
