import { expect, it } from '@jest/globals';
import { templateChange } from '../../../../src/pair/decide/template-change.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import { aStatefulSet, stored } from '../support/facts.ts';

/** A StatefulSet whose pods run this image with this grace, made from a template with this hash. */
function running(image: string, { grace = 60, hash = 'a' } = {}): KubeObject {
  const annotations = { 'ha.milvus.io/template-hash': hash };
  const spec = { terminationGracePeriodSeconds: grace, containers: [{ name: 'milvus', image }] };
  return { ...aStatefulSet(hash), spec: { replicas: 2, template: { metadata: { annotations }, spec } } } as KubeObject;
}

const change = (live: KubeObject, desired: KubeObject) =>
  templateChange({ children: [{ desired, live: stored(live) }] });

it('a rollout is told by its image, not by the mark of its template', () => {
  expect(change(running('milvus:v2.4.15'), running('milvus:v2.4.16', { hash: 'b' }))).toBe(
    'image milvus:v2.4.15 to milvus:v2.4.16',
  );
});

it('what else differs is told by its path', () => {
  expect(change(running('milvus:v2.4.15'), running('milvus:v2.4.16', { grace: 90, hash: 'b' }))).toBe(
    'image milvus:v2.4.15 to milvus:v2.4.16, spec.terminationGracePeriodSeconds',
  );
});

it('nothing is told where there is nothing to compare with', () => {
  expect(templateChange({ children: [] })).toBeUndefined();
  expect(templateChange({ children: [{ desired: running('milvus:v2.4.15') }] })).toBeUndefined();
});
