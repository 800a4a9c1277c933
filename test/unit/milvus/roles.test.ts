import { describe, expect, it } from '@jest/globals';
import { isRole, roleFacts } from '../../../src/milvus/roles.ts';

describe('a coordinator role', () => {
  it.each(['rootcoord', 'querycoord', 'datacoord', 'indexcoord', 'mixcoord'])('%s is one', (name) => {
    expect(isRole(name)).toBe(true);
  });

  it.each(['querynode', 'RootCoord', '', 'toString', 'mixture'])('%p is none', (name) => {
    expect(isRole(name)).toBe(false);
  });

  it('has the ports of milvus.yaml', () => {
    expect(Object.fromEntries(Object.entries(roleFacts).map(([role, { grpcPort }]) => [role, grpcPort]))).toEqual({
      rootcoord: 53100,
      querycoord: 19531,
      datacoord: 13333,
      indexcoord: 31000,
      mixcoord: 53100,
    });
  });
});
