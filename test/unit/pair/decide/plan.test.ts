import { describe, expect, it } from '@jest/globals';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { afterLabels, planOf, templateHashOf } from '../../../../src/pair/decide/plan.ts';
import { aStatefulSet, facts, known, statefulSetFacts, stored, unreachable } from '../support/facts.ts';
import { aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import * as situations from '../support/situations.ts';

const moved = known(heldBy(aSession(8n, 'rootcoord-1'), aSession(9n)), 30);
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'rootcoord-active', namespace: 'milvus' } };
const children = [{ desired: service }, statefulSetFacts('new', 'old')];
const shown = ({ labels, children: applied, mayAct }: ReturnType<typeof planOf>) => ({
  labels: labels.map(({ podName, role }) => `${podName}=${role ?? 'none'}`),
  applied: applied.map(({ desired }) => desired.kind),
  mayAct,
});

describe('a plan', () => {
  it.each<[string, PairFacts, ReturnType<typeof shown>]>([
    [
      'applies every child and moves the labels in mode Managed',
      facts({ children, etcd: moved }),
      { labels: ['rootcoord-0=standby', 'rootcoord-1=active'], applied: ['Service', 'StatefulSet'], mayAct: true },
    ],
    [
      'moves the labels and nothing else in mode Paused',
      situations.withSpec({ mode: 'Paused' }, { children, etcd: moved }),
      { labels: ['rootcoord-0=standby', 'rootcoord-1=active'], applied: [], mayAct: false },
    ],
    [
      'takes every label off and does nothing else in mode ObserveOnly',
      situations.withSpec({ mode: 'ObserveOnly' }, { children, etcd: moved }),
      { labels: ['rootcoord-0=none', 'rootcoord-1=none'], applied: [], mayAct: false },
    ],
    [
      'leaves the labels as they are while blind, and keeps the children right',
      facts({ children, etcd: unreachable }),
      { labels: [], applied: ['Service', 'StatefulSet'], mayAct: true },
    ],
    [
      'follows with the labels, and applies nothing, while the spec has a problem',
      facts({ children, etcd: moved, problems: [{ reason: 'Downgrade', message: 'x' }] }),
      { labels: ['rootcoord-0=standby', 'rootcoord-1=active'], applied: [], mayAct: false },
    ],
    [
      'applies nothing for the younger of two pairs of one role',
      facts({ children, duplicateOf: 'milvus/older' }),
      { labels: [], applied: [], mayAct: false },
    ],
  ])('%s', (_, world, expected) => {
    expect(shown(planOf(world))).toEqual(expected);
  });

  it('applies nothing when one child belongs to somebody else, and says to whom', () => {
    const plan = planOf(situations.nameTaken);
    expect([plan.children, plan.mayAct]).toEqual([[], false]);
    expect(plan.foreignChildren).toEqual([{ kind: 'StatefulSet', name: 'rootcoord', owner: 'Milvus my-release' }]);
  });

  it('adopts what an orphaning delete left behind', () => {
    const live = stored(aStatefulSet('new'), { ownerReferences: [], labels: { 'ha.milvus.io/pair': 'rootcoord' } });
    expect(planOf(facts({ children: [{ desired: aStatefulSet('new'), live }] })).mayAct).toBe(true);
  });

  it('knows no members while blind', () => {
    expect(planOf(facts({ etcd: unreachable })).members).toEqual([]);
  });
});

describe('with rollout.policy Paused', () => {
  const paused = (changes: Parameters<typeof facts>[0]) =>
    planOf(situations.withSpec({ rollout: { policy: 'Paused' } }, { templateHash: 'new', ...changes })).children;

  it('a changed template is withheld, for any eviction would bring it in; the rest is kept right', () => {
    const [, pods] = paused({ children });
    expect(templateHashOf(pods?.desired)).toBe('old');
    expect(pods?.desired).toMatchObject({ kind: 'StatefulSet', spec: { replicas: 2 } });
  });

  it('the first template is written: there is nothing to keep', () => {
    const [pods] = paused({ children: [{ desired: aStatefulSet('new') }] });
    expect(templateHashOf(pods?.desired)).toBe('new');
  });

  it('an unchanged template is written as it is', () => {
    const same = statefulSetFacts('new');
    expect(paused({ children: [same] })).toEqual([same]);
  });
});

it('after its labels are put on, a plan has none left to change', () => {
  const plan = planOf(
    facts({ etcd: moved, pods: [aPod('rootcoord-0', { roleLabel: 'active' }), aPod('rootcoord-1')] }),
  );
  const done = afterLabels(plan);
  expect(done.labels).toEqual([]);
  expect(done.members.map(({ pod }) => pod?.roleLabel)).toEqual(['standby', 'active']);
});
