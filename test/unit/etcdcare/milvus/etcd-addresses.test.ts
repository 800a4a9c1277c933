import { describe, expect, it } from '@jest/globals';
import { addressesOf, leadsTo, type Service } from '../../../../src/etcdcare/milvus/etcd-addresses.ts';
import type { Workload } from '../../../../src/etcdcare/milvus/objects.ts';
import { etcd } from '../support/milvus-release.ts';

const [statefulSet, ...services] = etcd as readonly [Workload, ...Service[]];
const addresses = addressesOf(statefulSet, services);

describe('the addresses of an etcd', () => {
  it('are the Services that select its pods, and the one that governs it', () => {
    expect([...addresses.services]).toEqual(['etcd', 'etcd-headless']);
    expect([...addresses.clusterIPs]).toEqual(['10.96.0.7']);
  });

  it.each([
    ['etcd:2379', 'milvus'],
    ['etcd.milvus:2379', 'other'],
    ['etcd.milvus.svc:2379', 'other'],
    ['ETCD.milvus.svc.cluster.local.:2379', 'other'],
    ['etcd-0.etcd-headless:2379', 'milvus'],
    ['etcd-0.etcd-headless.milvus:2379', 'other'],
    ['etcd-0.etcd-headless.milvus.svc.cluster.local:2379', 'other'],
    ['10.96.0.7:2379', 'other'],
  ])('%s leads to it from %s', (endpoint, from) => {
    expect(leadsTo(addresses, endpoint, from)).toBe(true);
  });

  it.each([
    ['etcd:2379', 'other'],
    ['etcd.other.svc:2379', 'milvus'],
    ['etcd-0.etcd-headless:2379', 'other'],
    ['etcd-0.etcd-headless.other.svc:2379', 'milvus'],
    ['proxy:2379', 'milvus'],
    ['etcd.example.com:2379', 'milvus'],
    ['10.96.0.8:2379', 'milvus'],
    ['[fd00::1]:2379', 'milvus'],
  ])('%s does not lead to it from %s', (endpoint, from) => {
    expect(leadsTo(addresses, endpoint, from)).toBe(false);
  });
});
