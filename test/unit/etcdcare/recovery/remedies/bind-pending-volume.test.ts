import { describe, expect, it } from '@jest/globals';
import type { KubeObject, ResourceKind } from '../../../../../src/kube/objects.ts';
import type { DeleteOptions } from '../../../../../src/kube/client.ts';
import { planBindPendingVolume } from '../../../../../src/etcdcare/recovery/remedies/bind-pending-volume/plan.ts';
import { bindPendingVolume } from '../../../../../src/etcdcare/recovery/remedies/bind-pending-volume/remedy.ts';
import { storedSet } from '../../../../../src/etcdcare/recovery/remedies/bind-pending-volume/stored-set.ts';
import type { Json, StepOutcome, Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import { fakeClient } from '../../../kube/fake-client.ts';
import { etcd, names, pod } from '../../support/facts.ts';
import { Killed } from '../../support/kube-world.ts';
import { claim, statefulSet, worldOf, workWith } from './worlds.ts';

const waiting = (name: string) => {
  const {
    nodeName: _node,
    ip: _ip,
    ...rest
  } = pod(name, { ready: false, phase: 'Pending', container: { state: 'Unknown' } });
  return rest;
};
const facts = etcd({ pods: names.map(waiting), looks: [] });
const unbound = (name: string, storageClassName?: string) =>
  claim(name, { spec: storageClassName === undefined ? {} : { storageClassName }, status: { phase: 'Pending' } });
const all = (storageClassName?: string): ReadonlyMap<string, ReturnType<typeof claim>> =>
  new Map(names.map((name) => [name, unbound(name, storageClassName)]));
const plan = (claims: ReturnType<typeof all>, storageClassName?: string, exists?: boolean) =>
  planBindPendingVolume(
    worldOf(facts, { claims, spec: storageClassName === undefined ? {} : { storageClassName } }),
    exists,
  );

describe('claims that wait for a volume', () => {
  it('wait for a default class where neither they nor the guard name one', () => {
    expect(plan(all())).toMatchObject({
      state: 'Waiting',
      why: expect.stringContaining('is-default-class') as unknown,
    });
  });

  it('get the class of the guard, by policy where none of them was ever bound', () => {
    const planned = plan(all('wrong'), 'fast');
    expect(planned).toMatchObject({ state: 'Planned', plan: { details: { storageClassName: 'fast' } } });
    expect(planned).not.toHaveProperty('plan.needsPerson');
  });

  it('are for a person to decide where another one of this etcd has a volume, which is not among them', () => {
    const claims = new Map([...all('wrong'), ['etcd-0', claim('etcd-0')]]);
    expect(plan(claims, 'fast')).toMatchObject({
      plan: { needsPerson: true, details: { claims: [{ pod: 'etcd-1' }, { pod: 'etcd-2' }] } },
    });
  });

  it.each([
    ['name a class and the guard none', all('wrong'), undefined, undefined, 'storage class wrong'],
    ['refuse any class and the guard names none', all(''), undefined, undefined, 'no storage class at all'],
    ['are of the class of the guard already', all('fast'), 'fast', true, 'provisioner'],
    ['would get a class that does not exist', all('wrong'), 'fast', false, 'there is no storage class fast'],
    ['all have their volume', new Map(names.map((name) => [name, claim(name)])), 'fast', true, 'has its volume'],
  ])('are left when they %s', (_about, claims, storageClassName, exists, words) => {
    expect(plan(claims, storageClassName, exists)).toMatchObject({
      state: 'Refused',
      why: expect.stringContaining(words) as unknown,
    });
  });

  it('are waited for while they are being deleted', () => {
    const going = unbound('etcd-0', 'wrong');
    const metadata = { ...going.metadata, deletionTimestamp: '2026-11-21T12:00:00Z' };
    expect(plan(new Map([['etcd-0', { ...going, metadata }]]), 'fast')).toMatchObject({ state: 'Waiting' });
  });
});

describe('a StatefulSet in the journal', () => {
  it('is what its makers wrote, with the other class in the template of the data', () => {
    const set = { ...statefulSet(), status: { updatedReplicas: 3 } };
    const { manifest, uid, generation } = storedSet(set, 'data', 'fast');
    expect({ uid, generation }).toEqual({ uid: 'uid-of-set', generation: 3 });
    const { labels, ownerReferences } = set.metadata;
    expect(manifest).toEqual({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'etcd', namespace: 'milvus', labels, ownerReferences },
      spec: { ...set.spec, volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { storageClassName: 'fast' } }] },
    });
  });
});

/** A cluster with the StatefulSet, its claims and pods; the API server's preconditions hold. */
class Cluster {
  readonly done: string[] = [];
  /** The operator ends at this change, counted from 1, before or after it was made. */
  killAt: { readonly change: number; readonly when: 'before' | 'after' } | undefined;
  readonly objects = new Map<string, KubeObject>();

  constructor(claims: ReadonlyMap<string, KubeObject>) {
    this.objects.set('StatefulSet etcd', statefulSet());
    for (const [name, object] of claims) {
      this.objects.set(`PersistentVolumeClaim data-${name}`, object);
      const metadata = { name, uid: `uid-${name}`, resourceVersion: '1' };
      this.objects.set(`Pod ${name}`, { apiVersion: 'v1', kind: 'Pod', metadata });
    }
  }

  readonly client = fakeClient({
    get: ((kind: ResourceKind, name: string) => Promise.resolve(this.objects.get(`${kind.kind} ${name}`))) as never,
    delete: (kind: ResourceKind, name: string, _namespace?: string, options: DeleteOptions = {}) => {
      const { uid, resourceVersion } = this.objects.get(`${kind.kind} ${name}`)?.metadata ?? {};
      expect(options).toMatchObject({ uid, resourceVersion });
      const how = options.propagationPolicy === undefined ? '' : ` ${options.propagationPolicy}`;
      return this.#change(`delete ${kind.kind} ${name}${how}`, () => this.objects.delete(`${kind.kind} ${name}`));
    },
    create: ((kind: ResourceKind, object: KubeObject) =>
      this.#change(`create ${kind.kind} ${object.metadata.name}`, () => {
        const metadata = { ...object.metadata, uid: 'uid-of-the-new-set' };
        this.objects.set(`${kind.kind} ${object.metadata.name}`, { ...object, metadata });
        return object;
      })) as never,
  }) as Work['client'];

  #change<T>(what: string, make: () => T): Promise<T> {
    const { change, when } = this.killAt ?? {};
    const dies = change === this.done.length + 1;
    if (dies) this.killAt = undefined;
    if (dies && when === 'before') return Promise.reject(new Killed());
    this.done.push(what);
    const made = make();
    return dies ? Promise.reject(new Killed()) : Promise.resolve(made);
  }

  /** Runs steps as the engine does: what one notes the next one knows; one that waits is run again. */
  async run(steps: readonly string[], changes: Partial<Work> = {}): Promise<StepOutcome | undefined> {
    const details = {
      storageClassName: 'fast',
      claims: names.map((name): Json => ({ pod: name, name: `data-${name}`, uid: `uid-of-claim-${name}` })),
    };
    let notes: { [key: string]: Json } = {};
    let last: StepOutcome | undefined;
    for (const step of bindPendingVolume.steps.filter(({ name }) => steps.includes(name))) {
      for (let again = true; again;) {
        const look = () => Promise.resolve(worldOf(facts));
        try {
          last = await step.run(workWith(details, { client: this.client, notes, look, ...changes }));
        } catch (error) {
          if (error instanceof Killed) continue; // the next operator knows what was noted before
          throw error;
        }
        notes = { ...notes, ...('notes' in last ? last.notes : {}) };
        again = last.state === 'Waiting';
      }
    }
    return last;
  }
}

const steps = ['SetStatefulSetAside', 'RemoveClaims', 'CreateStatefulSet'];
const replaced = [
  'delete StatefulSet etcd Orphan',
  ...names.flatMap((name) => [`delete PersistentVolumeClaim data-${name}`, `delete Pod ${name}`]),
  'create StatefulSet etcd',
];

describe('the steps of BindPendingVolume', () => {
  it('take the StatefulSet away, then claims and pods that wait, and put it back', async () => {
    const cluster = new Cluster(all('wrong'));
    expect(await cluster.run(steps)).toMatchObject({ state: 'Done' });
    expect(cluster.done).toEqual(replaced);
  });

  it('have nothing left to do when they are run again', async () => {
    const cluster = new Cluster(all('wrong'));
    await cluster.run(steps);
    expect(await cluster.run(['RemoveClaims'])).toMatchObject({ state: 'Done' });
    expect(cluster.done).toEqual(replaced);
  });

  it('end the same wherever the operator dies', async () => {
    for (const change of replaced.keys())
      for (const when of ['before', 'after'] as const) {
        const cluster = new Cluster(all('wrong'));
        cluster.killAt = { change: change + 1, when };
        expect(await cluster.run(steps)).toMatchObject({ state: 'Done' });
        expect({ change, when, done: cluster.done }).toEqual({ change, when, done: replaced });
      }
  });

  it('never delete a claim that was bound meanwhile', async () => {
    const cluster = new Cluster(new Map([...all('wrong'), ['etcd-1', claim('etcd-1')]]));
    await cluster.run(steps);
    expect(cluster.objects.has('PersistentVolumeClaim data-etcd-1')).toBe(true);
    expect(cluster.done).not.toContain('delete PersistentVolumeClaim data-etcd-1');
  });

  it('put the StatefulSet back though a claim does not go', async () => {
    const stuck = unbound('etcd-1', 'wrong');
    const metadata = { ...stuck.metadata, deletionTimestamp: '2026-11-21T12:00:00Z' };
    const cluster = new Cluster(new Map([...all('wrong'), ['etcd-1', { ...stuck, metadata }]]));
    await cluster.run(steps, { stepStarted: new Date('2026-11-21T11:50:00Z') });
    expect(cluster.done.at(-1)).toBe('create StatefulSet etcd');
  });

  it.each([
    ['another namespace', { namespace: 'kube-system' }],
    ['another name', { name: 'etcd-of-another' }],
  ])('create nothing of a manifest of %s', async (_about, changed) => {
    const { manifest, ...saved } = storedSet(statefulSet(), 'data', 'fast');
    const note = { ...saved, manifest: { ...manifest, metadata: { ...manifest.metadata, ...changed } } };
    const create = bindPendingVolume.steps.find(({ name }) => name === 'CreateStatefulSet');
    const client = fakeClient({ get: () => Promise.resolve(undefined) }) as Work['client'];
    const details = { storageClassName: 'fast', claims: [] };
    const outcome = await create?.run(workWith(details, { client, notes: { statefulSet: note as unknown as Json } }));
    expect(outcome).toEqual({ state: 'Failed', message: 'the journal holds the manifest of another StatefulSet' });
  });

  it('do not take away a StatefulSet that somebody else has made again', async () => {
    const cluster = new Cluster(all('wrong'));
    await cluster.run(['SetStatefulSetAside']);
    const other = statefulSet();
    cluster.objects.set('StatefulSet etcd', { ...other, metadata: { ...other.metadata, uid: 'uid-of-another' } });
    expect(await cluster.run(['RemoveClaims'])).toMatchObject({ state: 'Done' });
    expect(cluster.done).toEqual(['delete StatefulSet etcd Orphan']);
  });
});
