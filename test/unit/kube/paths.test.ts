import { describe, expect, it } from '@jest/globals';
import { leaseKind, nodeKind, podKind } from '../../../src/kube/kinds.ts';
import { collectionPath, objectPath, subject, withQuery } from '../../../src/kube/paths.ts';

describe('paths', () => {
  it('name collections and objects as the API server does', () => {
    expect(collectionPath(podKind, undefined)).toBe('/api/v1/pods');
    expect(collectionPath(podKind, 'a')).toBe('/api/v1/namespaces/a/pods');
    expect(objectPath(leaseKind, 'x', 'a')).toBe('/apis/coordination.k8s.io/v1/namespaces/a/leases/x');
    expect(objectPath(nodeKind, 'n', undefined)).toBe('/api/v1/nodes/n');
    expect(objectPath(podKind, 'p', 'a', 'status')).toBe('/api/v1/namespaces/a/pods/p/status');
  });

  it('let no name out of its segment', () => {
    expect(objectPath(podKind, '../x?y', 'a/b')).toBe('/api/v1/namespaces/a%2Fb/pods/..%2Fx%3Fy');
  });

  it('refuse what would address something else', () => {
    expect(() => objectPath(podKind, '', 'a')).toThrow(TypeError);
    expect(() => objectPath(podKind, 'p', undefined)).toThrow('no namespace given');
  });

  it('carry the query, without what is not given', () => {
    expect(withQuery('/x', { labelSelector: 'a=b,c', limit: 5, continue: undefined })).toBe(
      '/x?labelSelector=a%3Db%2Cc&limit=5',
    );
    expect(withQuery('/x', { limit: undefined })).toBe('/x');
  });
});

describe('the subject of a message', () => {
  it('says which objects', () => {
    expect(subject(podKind, 'p', 'a')).toBe('pods a/p');
    expect(subject(podKind, undefined, 'a')).toBe('pods in a');
    expect(subject(podKind, undefined, undefined)).toBe('pods in all namespaces');
    expect(subject(nodeKind, undefined, undefined)).toBe('nodes');
    expect(subject(nodeKind, 'n', undefined)).toBe('nodes n');
  });
});
