import { describe, expect, it } from '@jest/globals';
import type { OwnerReference } from '../../../../src/kube/objects.ts';
import { ownershipOf, type Ownership } from '../../../../src/pair/decide/ownership.ts';
import { aStatefulSet, stored } from '../support/facts.ts';

const pair = { name: 'rootcoord', uid: 'uid-of-pair' };
const owner = (changes: Partial<OwnerReference>): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'CoordinatorPair',
  name: 'rootcoord',
  uid: 'uid-of-pair',
  controller: true,
  ...changes,
});
const labelled = { 'ha.milvus.io/pair': 'rootcoord' };

describe('an object under the name of a child', () => {
  it.each<[string, { ownerReferences?: OwnerReference[]; labels?: Record<string, string> } | undefined, Ownership]>([
    ['is absent where there is none', undefined, { kind: 'Absent' }],
    ['is ours when this pair controls it', { ownerReferences: [owner({})] }, { kind: 'Ours' }],
    [
      'is not ours when an earlier pair of the same name controls it',
      { ownerReferences: [owner({ uid: 'uid-of-former' })], labels: labelled },
      { kind: 'Foreign', owner: 'CoordinatorPair rootcoord' },
    ],
    [
      'is not ours when another kind controls it',
      { ownerReferences: [owner({ kind: 'Milvus', name: 'my-release', uid: 'x' })] },
      { kind: 'Foreign', owner: 'Milvus my-release' },
    ],
    [
      'may be adopted when an orphaning delete left it behind',
      { ownerReferences: [], labels: labelled },
      { kind: 'Adoptable' },
    ],
    [
      'may be adopted when an owner that does not control it is named',
      { ownerReferences: [owner({ uid: 'x', controller: false })], labels: labelled },
      { kind: 'Adoptable' },
    ],
    [
      'is foreign when it carries the label of another pair',
      { ownerReferences: [], labels: { 'ha.milvus.io/pair': 'querycoord' } },
      { kind: 'Foreign', owner: 'nobody this operator knows' },
    ],
    [
      'is foreign without owner and label',
      { ownerReferences: [] },
      { kind: 'Foreign', owner: 'nobody this operator knows' },
    ],
  ])('%s', (_, metadata, expected) => {
    const live = metadata && stored(aStatefulSet('any'), metadata);
    expect(ownershipOf(live, pair)).toEqual(expected);
  });
});
