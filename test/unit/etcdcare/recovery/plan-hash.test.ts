import { describe, expect, it } from '@jest/globals';
import type { EtcdGuard } from '../../../../src/api/etcd-guard.ts';
import { canonical, planHash } from '../../../../src/etcdcare/recovery/plan-hash.ts';
import type { Plan } from '../../../../src/etcdcare/recovery/remedy.ts';
import { crashing, etcd, guard, look, names } from '../support/facts.ts';
import { claim, statefulSet, worldOf } from './remedies/worlds.ts';
import { recovery } from './support.ts';

const plan: Plan = {
  steps: ['rename the data'],
  mayLose: 'nothing',
  undo: 'rename it back',
  evidence: 'seen',
  details: { operation: 'a' },
};
interface Changes {
  readonly plan?: Partial<Plan>;
  readonly name?: string;
  readonly world?: ReturnType<typeof worldOf>;
  readonly guard?: Partial<EtcdGuard['spec']>;
  readonly operatorImage?: string;
  readonly expires?: string;
}
const hash = (changes: Changes = {}): string =>
  planHash(
    {
      recovery: recovery({ target: { podName: 'etcd-1' } }, {}, { name: changes.name ?? 'repair' }),
      guard: { ...guard(), spec: { ...guard().spec, ...changes.guard } },
      world: changes.world ?? worldOf(),
      plan: { ...plan, ...changes.plan },
      operatorImage: changes.operatorImage ?? 'operator:1',
    },
    new Date(changes.expires ?? '2026-11-21T12:30:00Z'),
  );

describe('the hash of a plan', () => {
  it('stays the same while data comes in, the evidence is worded otherwise and objects are touched', () => {
    const later = names.map((name) => look(name, { dbSizeBytes: 99 * 2 ** 20, raftAppliedIndex: 9000n }));
    const touched = { ...statefulSet(), metadata: { ...statefulSet().metadata, resourceVersion: '8' } };
    expect(hash({ world: worldOf(etcd({ looks: later }), { set: touched }) })).toBe(hash());
    expect(hash({ plan: { evidence: 'seen again' } })).toBe(hash());
  });

  it('stays the same while members without a quorum answer now and then, and is of those that have one', () => {
    const pods = names.map((name) => crashing(name, 2, []));
    const [first] = names;
    const survivor = look(first, { leader: 0n }, false);
    expect(hash({ world: worldOf(etcd({ pods, looks: [survivor] })) })).toBe(
      hash({ world: worldOf(etcd({ pods, looks: [] })) }),
    );
    expect(hash({ world: worldOf(etcd({ pods, looks: [] })) })).not.toBe(hash());
  });

  it.each([
    ['recovery', { name: 'another' }],
    ['StatefulSet', { world: worldOf(etcd(), { set: withUid('made-anew') }) }],
    ['template', { world: worldOf(etcd(), { set: statefulSet('existing') }) }],
    [
      'volume',
      { world: worldOf(etcd(), { claims: new Map([['etcd-0', claim('etcd-0', { spec: { volumeName: 'other' } })]]) }) },
    ],
    ['step', { plan: { steps: ['remove the data'] } }],
    ['bound of what may be lost', { plan: { mayLose: 'the last second' } }],
    ['choice of what to work on', { plan: { details: { operation: 'b' } } }],
    ['number of replicas', { world: worldOf(etcd(), { set: withSpec({ replicas: 5 }) }) }],
    ['update strategy', { world: worldOf(etcd(), { set: withSpec({ updateStrategy: { type: 'OnDelete' } }) }) }],
    ['image of the tools', { guard: { toolsImage: 'tools:2' } }],
    ['Milvus to be stopped', { guard: { milvus: { milvusName: 'other' } } }],
    ['claim of snapshots', { guard: { snapshots: { claimName: 'other', keep: 3, intervalSeconds: 3600 } } }],
    ['image of the operator', { operatorImage: 'operator:2' }],
    ['half hour in which it can be approved', { expires: '2026-11-21T13:00:00Z' }],
  ])('is another one for another %s', (_, changes) => {
    expect(hash(changes)).not.toBe(hash());
  });

  it('does not depend on the order in which fields were written', () => {
    expect(canonical({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });
});

function withUid(uid: string): ReturnType<typeof statefulSet> {
  return { ...statefulSet(), metadata: { ...statefulSet().metadata, uid } };
}

function withSpec(spec: Partial<ReturnType<typeof statefulSet>['spec']>): ReturnType<typeof statefulSet> {
  return { ...statefulSet(), spec: { ...statefulSet().spec, ...spec } };
}
