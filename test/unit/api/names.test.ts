import { describe, expect, it } from '@jest/globals';
import {
  activeServiceName,
  configMapName,
  headlessServiceName,
  pairLabels,
  podSelector,
  podSelectorText,
  statefulSetName,
} from '../../../src/api/names.ts';

/** The longest name that the CRD accepts. */
const longest = 'a'.repeat(40);

describe('the names of a pair', () => {
  it('of its Services are never the bare name, which as a service link would overwrite a setting of Milvus', () => {
    expect([headlessServiceName('rootcoord'), activeServiceName('rootcoord')]).toEqual([
      'rootcoord-headless',
      'rootcoord-active',
    ]);
  });

  it('fit where Kubernetes allows 63 characters: Services, pods, and the label with the revision', () => {
    const revision = `${statefulSetName(longest)}-0123456789`;
    for (const name of [headlessServiceName(longest), activeServiceName(longest), configMapName(longest), revision]) {
      expect(name.length).toBeLessThanOrEqual(63);
    }
  });

  it('select its pods by one label that never changes', () => {
    expect(podSelector('rootcoord')).toEqual({ 'ha.milvus.io/pair': 'rootcoord' });
    expect(podSelectorText('rootcoord')).toBe('ha.milvus.io/pair=rootcoord');
  });

  it('are in the labels that Kubernetes recommends', () => {
    expect(pairLabels('my-pair', 'mixcoord')).toEqual({
      'app.kubernetes.io/name': 'milvus',
      'app.kubernetes.io/instance': 'my-pair',
      'app.kubernetes.io/component': 'mixcoord',
      'app.kubernetes.io/managed-by': 'coordinator-pair-operator',
      'ha.milvus.io/pair': 'my-pair',
    });
  });
});
