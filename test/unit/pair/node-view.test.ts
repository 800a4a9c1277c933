import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../src/kube/core-types.ts';
import { viewNode } from '../../../src/pair/node-view.ts';

const node = (spec: NonNullable<Node['spec']>, ready: 'True' | 'False' | 'Unknown' = 'True'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-a' },
  spec,
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const tainted = (key: string) => ({ taints: [{ key, effect: 'NoSchedule' }] });

it.each<[string, Node, ReturnType<typeof viewNode>]>([
  ['at work', node({}), { name: 'node-a', ready: true, leaving: false, outOfService: false }],
  ['not ready', node({}, 'False'), { name: 'node-a', ready: false, leaving: false, outOfService: false }],
  ['not heard of', node({}, 'Unknown'), { name: 'node-a', ready: false, leaving: false, outOfService: false }],
  ['cordoned', node({ unschedulable: true }), { name: 'node-a', ready: true, leaving: true, outOfService: false }],
  [
    'marked by the cluster autoscaler',
    node(tainted('ToBeDeletedByClusterAutoscaler')),
    { name: 'node-a', ready: true, leaving: true, outOfService: false },
  ],
  [
    'marked by Karpenter',
    node(tainted('karpenter.sh/disrupted')),
    { name: 'node-a', ready: true, leaving: true, outOfService: false },
  ],
  [
    'set apart for somebody',
    node(tainted('dedicated')),
    { name: 'node-a', ready: true, leaving: false, outOfService: false },
  ],
  [
    'out of service',
    node(tainted('node.kubernetes.io/out-of-service'), 'Unknown'),
    { name: 'node-a', ready: false, leaving: false, outOfService: true },
  ],
])('a node %s', (_, seen, expected) => {
  expect(viewNode(seen)).toEqual(expected);
});

describe('a node that is not ready', () => {
  const metadata = { name: 'node-a' };
  const since = '2026-01-01T11:00:00Z';
  const view = (status: 'True' | 'Unknown') =>
    viewNode({
      apiVersion: 'v1',
      kind: 'Node',
      metadata,
      status: { conditions: [{ type: 'Ready', status, lastTransitionTime: since }] },
    });

  it('tells since when', () => {
    expect(view('Unknown')).toMatchObject({ ready: false, notReadySince: new Date(since) });
    expect(view('True')).not.toHaveProperty('notReadySince');
  });
});
