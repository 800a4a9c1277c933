import { describe, expect, it } from '@jest/globals';
import { selects, type LabelSelector } from '../../../src/kube/label-selector.ts';

const labels = { app: 'milvus', component: 'rootcoord' };
const expressions = (...matchExpressions: NonNullable<LabelSelector['matchExpressions']>): LabelSelector => ({
  matchExpressions,
});

describe('a label selector', () => {
  it.each<[string, LabelSelector | undefined, boolean]>([
    ['that is absent picks nothing', undefined, false],
    ['that is empty picks everything', {}, true],
    ['picks by one label', { matchLabels: { app: 'milvus' } }, true],
    ['wants every label', { matchLabels: { app: 'milvus', component: 'proxy' } }, false],
    ['wants a label that is not there', { matchLabels: { tier: 'data' } }, false],
    ['In: one of the values', expressions({ key: 'app', operator: 'In', values: ['etcd', 'milvus'] }), true],
    ['In: none of the values', expressions({ key: 'app', operator: 'In', values: ['etcd'] }), false],
    ['In: no such label', expressions({ key: 'tier', operator: 'In', values: ['data'] }), false],
    ['NotIn: another value', expressions({ key: 'app', operator: 'NotIn', values: ['etcd'] }), true],
    ['NotIn: this value', expressions({ key: 'app', operator: 'NotIn', values: ['milvus'] }), false],
    ['NotIn: no such label', expressions({ key: 'tier', operator: 'NotIn', values: ['data'] }), true],
    ['Exists: there', expressions({ key: 'app', operator: 'Exists' }), true],
    ['Exists: not there', expressions({ key: 'tier', operator: 'Exists' }), false],
    ['DoesNotExist: not there', expressions({ key: 'tier', operator: 'DoesNotExist' }), true],
    ['DoesNotExist: there', expressions({ key: 'app', operator: 'DoesNotExist' }), false],
    [
      'meets all expressions or none',
      expressions({ key: 'app', operator: 'Exists' }, { key: 'tier', operator: 'Exists' }),
      false,
    ],
    [
      'meets labels and expressions together',
      { matchLabels: { app: 'milvus' }, ...expressions({ key: 'component', operator: 'NotIn', values: ['proxy'] }) },
      true,
    ],
  ])('%s', (_, selector, picked) => {
    expect(selects(selector, labels)).toBe(picked);
  });
});
