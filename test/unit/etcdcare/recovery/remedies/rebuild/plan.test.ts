import { describe, expect, it } from '@jest/globals';
import { lackingTool } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/plan.ts';
import { worldOf } from '../worlds.ts';
import { intact, nothing } from './sources.ts';

describe('an image to rebuild with', () => {
  const unfit = [intact('etcd-0', 9n, { cannotRaise: true }), nothing('etcd-1'), nothing('etcd-2')];

  it('is fit unless a look at a volume says otherwise', () => {
    expect(lackingTool([intact('etcd-0', 9n), nothing('etcd-1')], worldOf())).toBeUndefined();
  });

  it('is named, and what to set instead, where it cannot raise revisions', () => {
    expect(lackingTool(unfit, worldOf())).toMatch(
      /^no tool of image milvusdb\/etcd:3\.5\.25-r1 restores .*: set spec\.toolsImage of EtcdGuard /,
    );
  });

  it('is that of the guard where it names one', () => {
    const other = { spec: { toolsImage: 'mirror/tools:1' } };
    expect(lackingTool(unfit, worldOf(undefined, other))).toContain('no tool of image mirror/tools:1');
  });
});
